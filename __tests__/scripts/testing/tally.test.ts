import { describe, expect, test } from "vitest";
import { CommandError, InterruptedError } from "../../../scripts/support/command-error";
import { countLine, failedToRun, tally } from "../../../scripts/testing/tally";
import { describeTallies } from "../../../scripts/testing/tally-report";
import { parseTestEvent, type TestEvent } from "../../../scripts/testing/test-events";

const end = { runner: "fast tests", exitCode: 0, log: "fast.log", timedOut: false };
const passed: TestEvent = { event: "test", name: "a", outcome: "passed" };
const failed: TestEvent = { event: "test", name: "b", outcome: "failed", reason: "1 is not 2" };
const skipped: TestEvent = { event: "test", name: "c", outcome: "skipped", reason: "needs root" };
const ended: TestEvent = { event: "end" };

describe("a runner's results", () => {
  test("are added up", () => {
    expect(tally([passed, passed, failed, skipped, ended], { ...end, exitCode: 1 })).toEqual({
      passed: 2,
      failed: [{ name: "b", reason: "1 is not 2" }],
      skipped: [{ name: "c", reason: "needs root" }],
    });
  });

  test.each([
    ["crashed half-way", [passed], { exitCode: 139 }, "the runner crashed with exit code 139; see fast.log"],
    ["was killed", [passed], { exitCode: undefined }, "the runner crashed with exit code unknown; see fast.log"],
    ["ran into its time limit", [passed], { timedOut: true }, "the runner was ended at its time limit; see fast.log"],
    ["ran nothing", [ended], {}, "the runner ran no test; see fast.log"],
    [
      "failed without a failing test",
      [passed, ended],
      { exitCode: 1 },
      "no test failed, and yet the runner's exit code is 1; see fast.log",
    ],
  ])("fail by the runner's name when it %s", (_name, events, how, reason) => {
    const result = tally(events as TestEvent[], { ...end, ...how });
    expect(result.failed).toEqual([{ name: "fast tests", reason }]);
  });

  test("keep the failures of a runner that crashed", () => {
    expect(tally([failed], { ...end, exitCode: 1 }).failed.map(({ name }) => name)).toEqual(["b", "fast tests"]);
  });
});

test("the last line is the plain sum over all runners", () => {
  const one = tally([passed, failed, ended], { ...end, exitCode: 1 });
  const other = tally([passed, skipped, ended], end);
  expect(countLine([one, other])).toBe("2 passed, 1 failed, 1 skipped");
  expect(countLine([])).toBe("0 passed, 0 failed, 0 skipped");
});

test("what did not pass is named with its reason, failures last", () => {
  const result = tally([failed, skipped, ended], { ...end, exitCode: 1 });
  expect(describeTallies([result])).toBe("Skipped:\n  c: needs root\n\nFAILED b\n    1 is not 2\n\n");
  expect(describeTallies([tally([passed, ended], end)])).toBe("");
});

test.each(["", '{"event":"te', "null", '{"event":"other"}', "panic"])("%j is no event", (line) => {
  expect(parseTestEvent(line)).toBeUndefined();
});

describe("what did not even run", () => {
  test("fails by its name, and counts", () => {
    const result = failedToRun("npm test", new CommandError("terraform is not on the PATH"));
    expect(countLine([result])).toBe("0 passed, 1 failed, 0 skipped");
    expect(result.failed).toEqual([{ name: "npm test", reason: "terraform is not on the PATH" }]);
  });

  test.each([new InterruptedError("stopped"), new TypeError("a defect")])("is thrown on when it is %s", (error) => {
    expect(() => failedToRun("npm test", error)).toThrow(error);
  });
});
