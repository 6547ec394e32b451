import { describe, expect, test } from "vitest";
import { readOptions, readWords } from "../../../scripts/support/read-options";

const options = { clean: { type: "boolean", default: false }, runs: { type: "string" } } as const;

test("gives the options, and their defaults", () => {
  expect(readOptions(["--runs", "3"], options, "usage", ["runs"])).toEqual({ clean: false, runs: "3" });
});

test.each([
  [["--forget"], "unknown option '--forget'; usage: npm stop"],
  [["-t", "whole"], "unknown option '-t'; usage: npm stop"],
  [["whole"], "unexpected argument 'whole'; usage: npm stop"],
  [["--runs"], "option '--runs <value>' argument missing; usage: npm stop"],
  [["--runs", "--clean"], "option '--runs' argument is ambiguous; usage: npm stop"],
])("fails with one sentence and exit code 2 for %j", (args, message) => {
  for (const usage of ["usage: npm stop", "Stops.\n\nusage: npm stop\n       --clean\n"]) {
    expect(() => readOptions(args, options, usage)).toThrow(
      expect.objectContaining({ name: "CommandError", message, exitCode: 2 }),
    );
  }
});

test("fails for an argument of a command that takes none", () => {
  expect(() => readOptions(["--clean"], {}, "usage: npm start")).toThrow("unknown option '--clean'; usage: npm start");
});

describe("a required option", () => {
  const volume = { stack: { type: "string" }, index: { type: "string" }, yes: { type: "boolean" } } as const;

  test.each([
    [["--stack", "x"], "only --stack"],
    [["--index", "1", "--yes"], "only --index"],
    [["--yes"], "none"],
    [[], "none"],
  ])("fails for %j", (args, got) => {
    expect(() => readOptions(args, volume, "usage: npm run x", ["stack", "index"])).toThrow(
      expect.objectContaining({ message: `expected --stack and --index, got ${got}; usage: npm run x`, exitCode: 2 }),
    );
  });
});

describe("an option that npm took for itself", () => {
  // npm 11 sets these for `npm run x --runs 3 --clean` and, as the configuration of a user, for `yes`.
  const taken = { npm_config_runs: "true", npm_config_clean: "true", npm_config_yes: "true" };
  const all = { ...options, yes: { type: "boolean" } } as const;

  test("fails with the two dashes that were forgotten", () => {
    expect(() => readOptions(["3"], all, "usage: npm run x -- …", [], taken)).toThrow(
      expect.objectContaining({
        message: "expected `--` before --clean and --runs, without which npm takes what follows; usage: npm run x -- …",
        exitCode: 2,
      }),
    );
  });

  test("is none when it was passed on too", () => {
    expect(readOptions(["--runs=3", "--clean"], all, "", [], taken)).toEqual({ clean: true, runs: "3" });
  });

  test("is none with npm's defaults", () => {
    expect(readOptions([], all, "", [], { npm_config_clean: "", npm_config_yes: "true" })).toEqual({ clean: false });
  });
});

test.each([["--help"], ["-h"]])("%s asks for the usage", (option) => {
  const usage = "Stops.\n\nusage: npm stop\n";
  const request = expect.objectContaining({ name: "UsageRequest", usage });
  expect(() => readOptions([option], options, usage, ["runs"])).toThrow(request);
  expect(() => readWords(["ebs", option], usage)).toThrow(request);
});
