import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { projectRoot } from "../scripts/support/project";

it("are those of Unix in every file that git writes, also where git is set to those of Windows", () => {
  const git = (args: readonly string[], input = "") =>
    execFileSync("git", args, { cwd: projectRoot, encoding: "utf8", input });
  const said = git(["check-attr", "--stdin", "eol"], git(["ls-files"]))
    .trim()
    .split("\n");
  expect(said.length).toBeGreaterThan(1000);
  expect(said.filter((line) => !line.endsWith(": eol: lf"))).toEqual([]);
});
