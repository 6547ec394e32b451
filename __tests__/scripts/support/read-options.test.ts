import { expect, test } from "vitest";
import { readOptions } from "../../../scripts/support/read-options";

const options = { clean: { type: "boolean", default: false }, runs: { type: "string" } } as const;

test("gives the options, and their defaults", () => {
  expect(readOptions(["--runs", "3"], options, "usage")).toEqual({ clean: false, runs: "3" });
});

test.each([
  [["--forget"], "unknown option '--forget'; usage: npm stop"],
  [["-t", "whole"], "unknown option '-t'; usage: npm stop"],
  [["whole"], "unexpected argument 'whole'; usage: npm stop"],
  [["--runs"], "option '--runs <value>' argument missing; usage: npm stop"],
  [["--runs", "--clean"], "option '--runs' argument is ambiguous; usage: npm stop"],
])("fails with one sentence and exit code 2 for %j", (args, message) => {
  expect(() => readOptions(args, options, "usage: npm stop")).toThrow(
    expect.objectContaining({ name: "CommandError", message, exitCode: 2 }),
  );
});

test("fails for an argument of a command that takes none", () => {
  expect(() => readOptions(["--clean"], {}, "usage: npm start")).toThrow("unknown option '--clean'; usage: npm start");
});
