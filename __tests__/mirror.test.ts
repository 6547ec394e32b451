import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const project = resolve(__dirname, "..");
const modules = readdirSync(join(project, "modules"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .filter((file) => /^export (abstract )?class /m.test(readFileSync(join(project, "modules", file), "utf8")));

it("every construct has a test file of its own, at the place of its source", () => {
  expect(modules).toContain("network/vpc.ts");
  const missing = modules.filter((file) => !existsSync(join(__dirname, "modules", file.replace(/ts$/, "test.ts"))));
  expect(missing).toEqual([]);
});
