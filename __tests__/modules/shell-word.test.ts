import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellWord } from "../../modules/shell-word";

it.each(["/data", "", "my data", "it's", "''", "$HOME `id` $(id)", "a\\'b\\", "two\nlines", "-n", "*", "~"])(
  "the shell reads %j as it is",
  (value) => {
    expect(execFileSync("sh", ["-c", `printf %s ${shellWord(value)}`], { encoding: "utf8" })).toBe(value);
  },
);

it("leaves numbers as they are", () => {
  expect(shellWord(120)).toBe("120");
});
