import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { execa } from "execa";
import { expect, onTestFinished, test, vi } from "vitest";
import { lastLineOf, runLogged, TimeLimitError } from "../../../scripts/support/run-logged";
import { logFileOf } from "../../../scripts/support/spawn-logged";

const bash = (name: string, script: string, timeoutSec = 10) => ({
  name,
  file: "bash",
  args: ["-c", script],
  timeoutSec,
});

test("output goes to onLine and to a log file with the name of the step, which only its user may read", async () => {
  const lines: string[] = [];
  const step = bash("Test: run logged!", "echo one; echo two >&2; printf three");
  expect(await runLogged({ ...step, onLine: (line) => lines.push(line) })).toBe(0);
  expect(lines).toEqual(["one", "two", "three"]);
  expect(logFileOf(step.name)).toMatch(/\/\.workbench\/logs\/test-run-logged\.log$/);
  expect(readFileSync(logFileOf(step.name), "utf8")).toBe("one\ntwo\nthree");
  expect(statSync(logFileOf(step.name)).mode & 0o777).toBe(0o600);
});

test("a new run makes a new log, and leaves the old one to a command that still reads it", async () => {
  const name = "test two runs";
  await runLogged(bash(name, "echo old"));
  const old = openSync(logFileOf(name), "r");
  await runLogged(bash(name, "echo new"));
  expect([readFileSync(old, "utf8"), readFileSync(logFileOf(name), "utf8")]).toEqual(["old\n", "new\n"]);
  closeSync(old);
});

test("a child has a session of its own, which the terminal's Ctrl-C does not reach", async () => {
  let line = "";
  await runLogged({
    ...bash("test session", "echo $$ $(ps -o sid= -p $$)"),
    onLine: (text) => {
      line = text;
    },
  });
  expect(line).toMatch(/^(\d+) \1$/);
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

test("fails with the signal that ended the child", async () => {
  await expect(runLogged(bash("test signal", "kill -KILL $$"))).rejects.toThrow(
    /^test signal failed: SIGKILL ended it; see/,
  );
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

/**
 * Runs a script into its time limit, which comes when it has printed "ready", and through the grace period after that.
 */
async function runIntoLimit(name: string, script: string): Promise<void> {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const onLine = (line: string) => {
    if (line === "ready") vi.advanceTimersByTime(60_000);
    if (line === "asked") vi.advanceTimersByTime(10_000);
  };
  await expect(runLogged({ ...bash(name, script, 60), onLine })).rejects.toThrow(TimeLimitError);
}

test("fails at the time limit, and lets the child clean up first", async () => {
  await runIntoLimit("test clean up", "trap 'echo cleaned up; exit' TERM; echo ready; while true; do sleep 0.1; done");
  expect(readFileSync(logFileOf("test clean up"), "utf8")).toMatch(/\ncleaned up\n$/);
});

test("fails at the time limit, and kills a child that goes on after the grace period", async () => {
  await runIntoLimit("test grace", "trap 'echo asked' TERM; echo ready; while true; do sleep 0.1; done");
  expect(readFileSync(logFileOf("test grace"), "utf8")).toMatch(/\nasked\n$/);
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
