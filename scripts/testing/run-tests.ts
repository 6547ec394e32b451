import { readFileSync } from "node:fs";
import path from "node:path";
import { testEnvironment } from "../session/environment";
import type { ProgressTask } from "../support/progress";
import { projectRoot, shown } from "../support/project";
import { runLogged, TimeLimitError } from "../support/run-logged";
import { logFileOf } from "../support/spawn-logged";
import { type Check, checkLimitSec } from "./checks";
import { readJUnit } from "./junit";
import { RunnerProgress } from "./runner-progress";
import type { Runner } from "./runners";
import { failedToRun, type Tally, tally } from "./tally";
import { readCpuSec, USAGE_FILE_VARIABLE, usageFileOf, withCpu } from "./usage";

/** How many lines of a failed check's output are shown. */
const SHOWN_LINES = 60;

/** The file that appears when no story is left. Other runners then stop yielding to stories. */
export function storiesDoneFile(temporary: string): string {
  return path.join(temporary, "stories-done");
}

/** Returns a task that runs one runner and passes its tally to `done`. A failing test is not an error of the task. */
export function runnerTask(runner: Runner, temporary: string, done: (tally: Tally) => void): ProgressTask {
  return {
    title: runner.name,
    run: async (report, retitle) => {
      const result = await run(runner, temporary, report).catch((error) => failedToRun(runner.name, error));
      done(result);
      retitle(
        `${runner.name}: ${result.passed} passed, ${result.failed.length} failed, ${result.skipped.length} skipped`,
      );
    },
  };
}

async function run(runner: Runner, temporary: string, report: (words: string) => void): Promise<Tally> {
  const { name, timeoutSec } = runner;
  const log = logFileOf(name);
  const reportFile = path.join(temporary, `${path.basename(log, ".log")}.xml`);
  const cpuFile = path.join(temporary, `${path.basename(log, ".log")}.cpu`);
  const progress = new RunnerProgress();
  const begun = performance.now();
  const end = await runLogged({
    name,
    timeoutSec,
    ...withCpu(runner.file, runner.args(reportFile), {
      cpuFile,
      yieldsUntil: runner.yields ? storiesDoneFile(temporary) : undefined,
    }),
    cwd: projectRoot,
    env: { ...testEnvironment(process.env, temporary), [USAGE_FILE_VARIABLE]: usageFileOf(temporary) },
    onLine: (line) => {
      const words = progress.follow(line);
      if (words !== undefined) report(words);
    },
    allowedExitCodes: "any",
  }).then(
    (exitCode) => ({ exitCode, timedOut: false }),
    (error) => {
      if (error instanceof TimeLimitError) return { exitCode: undefined, timedOut: true };
      throw error;
    },
  );
  const wallSec = (performance.now() - begun) / 1000;
  const results = readJUnit(readIfThere(reportFile));
  return {
    ...tally(results ?? progress.results(), { runner: name, reported: results !== undefined, log: shown(log), ...end }),
    cost: { name, wallSec, cpuSec: readCpuSec(readIfThere(cpuFile)) },
  };
}

/** Returns a task that runs one check. A check counts as one test. */
export function checkTask(check: Check, done: (tally: Tally) => void): ProgressTask {
  return {
    title: check.name,
    run: async (_report, retitle) => {
      const result = await look(check).catch((error) => failedToRun(check.name, error));
      done(result);
      if (result.failed.length > 0) retitle(`${check.name}: failed`);
    },
  };
}

async function look(check: Check): Promise<Tally> {
  const exitCode = await runLogged({
    ...check,
    cwd: projectRoot,
    timeoutSec: checkLimitSec,
    allowedExitCodes: "any",
  });
  if (exitCode === 0) return { passed: 1, failed: [], skipped: [] };
  const lines = readFileSync(logFileOf(check.name), "utf8").trimEnd().split("\n").slice(0, SHOWN_LINES);
  return { passed: 0, failed: [{ name: check.name, reason: lines.join("\n") }], skipped: [] };
}

/** Reads a file. Empty when the runner ended before it wrote the file. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
