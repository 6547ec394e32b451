import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterEach, expect, test, vi } from "vitest";
import { runAndCount } from "../../../scripts/testing/run-and-count";
import type { Runner } from "../../../scripts/testing/runners";

afterEach(() => vi.restoreAllMocks());

/** A runner that writes a report with one test, then runs `after`. */
function runner(name: string, { mark = "", after = "" } = {}): Runner {
  const report = `<testsuites><testsuite><testcase classname="x" name="${name}" time="1">${mark}</testcase></testsuite></testsuites>`;
  const script = (file: string) => `echo '${report}' > '${file}'; ${after}`;
  return { name, file: "sh", args: (file) => ["-c", script(file)], timeoutSec: 600 };
}

/** Runs runners. Returns the exit code and everything printed. */
async function run(first: readonly Runner[], rest: readonly Runner[]) {
  const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const exitCode = await runAndCount("npm test", async () => ({ checks: [], first, rest }));
  return { exitCode, printed: printed.mock.calls.map(([text]) => String(text)).join("") };
}

test("everything passed: the tables, and the count as the last line", async () => {
  const { exitCode, printed } = await run([runner("test one")], [runner("test two")]);
  expect(printed).toMatch(/│ test one +│ +\d+:\d\d │ +\d+:\d\d │/);
  expect(printed).toMatch(/\n2 passed, 0 failed, 0 skipped\n$/);
  expect(exitCode).toBe(0);
});

test("fails: a failure of the first runners ends the run, and the others are listed as skipped", async () => {
  const failing = runner("test fails", { mark: '<failure message="because">because</failure>', after: "exit 1" });
  const { exitCode, printed } = await run([failing], [runner("test two")]);
  expect(printed).toContain("test two: not begun, since something failed before");
  expect(printed).toContain("FAILED x > test fails\n    because\n");
  expect(printed).toMatch(/\n0 passed, 1 failed, 1 skipped\n$/);
  expect(exitCode).toBe(1);
});

test("fails: a runner that dies counts as a failure, and its results so far count too", async () => {
  const dying = { ...runner("test dies"), args: () => ["-c", "echo ' ✓ x > one 1ms'; echo ' × x > two 1ms'; exit 7"] };
  const { exitCode, printed } = await run([], [dying]);
  expect(printed).toContain("FAILED x > two\n");
  expect(printed).toContain("FAILED test dies\n    the runner crashed with exit code 7; see ");
  expect(printed).toMatch(/\n1 passed, 2 failed, 0 skipped\n$/);
  expect(exitCode).toBe(1);
});

test("a process that a runner leaves is killed, and its folder is removed", async () => {
  let folder = "";
  const leaving: Runner = {
    ...runner("test leaves"),
    args: (file) => {
      folder = path.dirname(file);
      return runner("test leaves", { after: `setsid sh -c "sleep 600" "${folder}/left" & true` }).args(file);
    },
  };
  expect((await run([], [leaving])).exitCode).toBe(0);
  expect(folder).toMatch(/workbench-test-/);
  expect(existsSync(folder)).toBe(false);
  expect((await execa("pgrep", ["--full", `${folder}/left`], { reject: false })).stdout).toBe("");
});
