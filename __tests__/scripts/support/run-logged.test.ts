import { readFileSync, statSync } from "node:fs";
import { execa } from "execa";
import { expect, test } from "vitest";
import { lastLineOf, runLogged, TimeLimitError } from "../../../scripts/support/run-logged";
import { logFileOf } from "../../../scripts/support/spawn-logged";

const bash = (name: string, script: string, timeoutSec = 10) => ({
  name,
  file: "bash",
  args: ["-c", script],
  timeoutSec,
});

test("output goes to a log file named after the step, for its user alone, and line by line to whoever asks", async () => {
  const lines: string[] = [];
  const step = bash("Test: run logged!", "echo one; echo two >&2; printf three");
  expect(await runLogged({ ...step, onLine: (line) => lines.push(line) })).toBe(0);
  expect(lines).toEqual(["one", "two", "three"]);
  expect(logFileOf(step.name)).toMatch(/\/\.workbench\/logs\/test-run-logged\.log$/);
  expect(readFileSync(logFileOf(step.name), "utf8")).toBe("one\ntwo\nthree");
  expect(statSync(logFileOf(step.name)).mode & 0o777).toBe(0o600);
});

test("fails with the step, the log's last line without colours, and the log", async () => {
  await expect(
    runLogged(bash("test failing step", "echo first; printf '\\e[31mlast\\e[0m\\n\\n'; exit 3")),
  ).rejects.toThrow(/^test failing step failed: last; see \.workbench\/logs\/test-failing-step\.log$/);
});

test("an exit code may be allowed", async () => {
  expect(await runLogged({ ...bash("test exit code", "exit 5"), allowedExitCodes: [0, 5] })).toBe(5);
  expect(await runLogged({ ...bash("test exit code", "exit 7"), allowedExitCodes: "any" })).toBe(7);
});

test("fails with one sentence for a program that is not there", async () => {
  await expect(runLogged({ name: "test missing", file: "no-such-program", args: [], timeoutSec: 5 })).rejects.toThrow(
    /^test missing failed: no-such-program is not installed; see/,
  );
});

test("fails at the time limit, and ends what the child had started", async () => {
  const mark = `9${process.pid}.75`;
  await expect(runLogged(bash("test time limit", `sleep ${mark} & sleep ${mark}`, 0.3))).rejects.toThrow(
    TimeLimitError,
  );
  await expect
    .poll(async () => (await execa("pgrep", ["-f", `sleep ${mark}`], { reject: false })).exitCode, { timeout: 100_000 })
    .toBe(1);
});

test("a process that is left behind is not waited for", async () => {
  const mark = `9${process.pid}.5`;
  await runLogged(bash("test daemon", `setsid sleep ${mark} & disown; echo started`));
  expect((await execa("pkill", ["-f", `sleep ${mark}`], { reject: false })).exitCode).toBe(0);
});

test.each([
  ["a\nb\n\n", "b"],
  ["progress 1\rprogress 2\r", "progress 2"],
  ["\n \n", undefined],
])("the last line of %j is %j", (text, expected) => {
  expect(lastLineOf(text)).toBe(expected);
});
