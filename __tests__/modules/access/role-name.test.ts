import { expect, it } from "vitest";
import { roleName } from "../../../modules/access/role-name";

it("keeps a name that IAM takes", () => {
  const longest = "a".repeat(64);
  expect(roleName(longest)).toBe(longest);
});

it("shortens other names, and keeps them apart", () => {
  const names = ["flow-logs", "snapshots"].map((end) => roleName(`${"a".repeat(60)}-${end}`));
  expect(names.map((name) => name.length)).toEqual([64, 64]);
  expect(new Set(names).size).toBe(2);
});
