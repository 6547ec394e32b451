import { closeSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { testEnvironment } from "../local-aws/environment";
import { followFile } from "../support/follow-file";
import type { ProgressTask } from "../support/progress";
import { projectRoot, shown } from "../support/project";
import { runLogged, TimeLimitError } from "../support/run-logged";
import { logFileOf } from "../support/spawn-logged";
import { type Check, checkLimitSec } from "./checks";
import type { Runner } from "./runners";
import { failedToRun, type Tally, tally } from "./tally";
import { parseTestEvent, type TestEvent } from "./test-events";
import { EVENTS_FILE_VARIABLE } from "./vitest-reporter";

/** How much of a failed check's output is shown. */
const SHOWN_LINES = 60;

/** A task that runs one runner and hands its tally over; a failing test is no error of the task. */
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
  const eventsFile = path.join(mkdtempSync(path.join(temporary, "events-")), "events.jsonl");
  const descriptor = openSync(eventsFile, "ax+");
  const events: TestEvent[] = [];
  let failed = 0;
  const stopFollowing = followFile(descriptor, (line) => {
    const event = parseTestEvent(line);
    if (event === undefined) return;
    events.push(event);
    if (event.event !== "test") return;
    if (event.outcome === "failed") failed += 1;
    report(`${events.length} done, ${failed} failed: ${event.name}`);
  });
  const end = await runLogged({
    ...runner,
    cwd: projectRoot,
    env: { ...testEnvironment(process.env, temporary), [EVENTS_FILE_VARIABLE]: eventsFile },
    allowedExitCodes: "any",
  }).then(
    (exitCode) => ({ exitCode, timedOut: false }),
    (error) => {
      if (error instanceof TimeLimitError) return { exitCode: undefined, timedOut: true };
      throw error;
    },
  );
  stopFollowing();
  closeSync(descriptor);
  return tally(events, { runner: runner.name, log: shown(logFileOf(runner.name)), ...end });
}

/** A task that runs one check; it counts as one test. */
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
