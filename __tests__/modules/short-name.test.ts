import { expect, it } from "vitest";
import { shortName } from "../../modules/short-name";

it("keeps a name that is short enough", () => {
  expect(shortName("alarms", 6)).toBe("alarms");
});

it("shortens a longer one to the limit, and keeps two of them apart", () => {
  const names = ["volume-fill", "task-failure"].map((end) => shortName(`${"a".repeat(20)}-${end}`, 20));
  expect(names.map((name) => name.length)).toEqual([20, 20]);
  expect(names[0]).not.toBe(names[1]);
});

it("shortens the same name in the same way", () => {
  expect(shortName("workbench-production", 15)).toBe("workbe-6d38de62");
});
