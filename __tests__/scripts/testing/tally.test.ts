import { describe, expect, test } from "vitest";
import { CommandError, InterruptedError } from "../../../scripts/support/command-error";
import { countLine, failedToRun, tally } from "../../../scripts/testing/tally";
import { describeCosts, describeTallies } from "../../../scripts/testing/tally-report";

const end = { runner: "fast tests", reported: true, exitCode: 0, log: "fast.log", timedOut: false };
const failure = { name: "b", reason: "1 is not 2" };
const skipped = { name: "c", reason: "needs root" };
const results = { passed: 2, failed: [failure], skipped: [skipped] };

describe("a runner's results", () => {
  test("are those of its report", () => {
    expect(tally(results, { ...end, exitCode: 1 })).toEqual(results);
  });

  const good = { passed: 1, failed: [], skipped: [] };
  test.each([
    ["crashed", good, { reported: false, exitCode: 139 }, "the runner crashed with exit code 139; see fast.log"],
    ["ran into its time limit", good, { timedOut: true }, "the runner was ended at its time limit; see fast.log"],
    ["ran nothing", { ...good, passed: 0 }, {}, "the runner ran no test; see fast.log"],
    [
      "failed without a failing test",
      good,
      { exitCode: 1 },
      "no test failed, but the runner's exit code is 1; see fast.log",
    ],
  ])("have a failure in the runner's name when it %s", (_name, found, how, reason) => {
    const result = tally(found, { ...end, ...how });
    expect(result.failed).toEqual([{ name: "fast tests", reason }]);
  });

  test("keep the failures of a runner that ran into its time limit", () => {
    const result = tally(results, { ...end, reported: false, timedOut: true });
    expect(result.failed.map(({ name }) => name)).toEqual(["b", "fast tests"]);
  });
});

test("the last line is the sum over all runners", () => {
  expect(countLine([results, { passed: 1, failed: [], skipped: [skipped] }])).toBe("3 passed, 1 failed, 2 skipped");
  expect(countLine([])).toBe("0 passed, 0 failed, 0 skipped");
});

test("tests that did not pass are listed with their reasons, failures last", () => {
  expect(describeTallies([results])).toBe("Skipped:\n  c: needs root\n\nFAILED b\n    1 is not 2\n\n");
  expect(describeTallies([{ passed: 1, failed: [], skipped: [] }])).toBe("");
});

test("the names of several failures come once more, so that the end of the output has them all", () => {
  const two = { passed: 0, failed: [failure, { name: "d", reason: "long" }], skipped: [] };
  expect(describeTallies([two])).toBe("FAILED b\n    1 is not 2\n\nFAILED d\n    long\n\nFailed:\n  b\n  d\n\n");
});

describe("the report of times", () => {
  const computer = { wallSec: 3661, cpuSec: 7322 };

  test("has a table of runners, and one of the ten slowest files, slowest first", () => {
    const files = Array.from({ length: 11 }, (_, index) => ({ name: `file-${index}`, wallSec: index, cpuSec: 1 }));
    const shown = describeCosts([{ name: "fast tests", wallSec: 65, cpuSec: 125.4 }], files, computer);
    expect(shown).toMatch(/runner +│ wall +│ CPU/);
    expect(shown).toMatch(/fast tests +│ +1:05 +│ +2:05 /);
    expect(shown).toMatch(/this computer, in all +│ +61:01 +│ +122:02 /);
    const named = [...shown.matchAll(/file-\d+/g)].map(([name]) => name);
    expect(named).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((number) => `file-${number}`));
  });

  test("shows a question mark for an unknown processor time", () => {
    expect(describeCosts([{ name: "fast tests", wallSec: 1 }], [], computer)).toMatch(/fast tests +│ +0:01 +│ +\? /);
  });

  test("is empty when nothing ran", () => {
    expect(describeCosts([], [], computer)).toBe("");
  });
});

describe("a command that could not run", () => {
  test("counts as a failure in its own name", () => {
    const result = failedToRun("npm test", new CommandError("terraform is not on the PATH"));
    expect(countLine([result])).toBe("0 passed, 1 failed, 0 skipped");
    expect(result.failed).toEqual([{ name: "npm test", reason: "terraform is not on the PATH" }]);
  });

  test.each([new InterruptedError("stopped"), new TypeError("a defect")])("throws %s again", (error) => {
    expect(() => failedToRun("npm test", error)).toThrow(error);
  });
});
