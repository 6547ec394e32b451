import { writeFileSync } from "node:fs";
import { describeTool, missingTools } from "../setup/tools";
import { type ProgressTask, runTask, runTasks } from "../support/progress";
import { Capacity } from "./capacity";
import type { Check } from "./checks";
import { claimPlace, recordedPlaces, sweepAbandonedPlaces } from "./place";
import places from "./places.json";
import { checkTask, runnerTask, storiesDoneFile } from "./run-tests";
import type { Runner } from "./runners";
import { inStorySlot } from "./story-slot";
import { type Cost, countLine, failedToRun, type Tally } from "./tally";
import { describeCosts, describeTallies } from "./tally-report";
import { busySec, readUsage, usageFileOf } from "./usage";

/** Receives the tally of a runner or a check. */
export type AddTally = (tally: Tally) => void;

/** The checks and runners of a command. */
export interface Work {
  readonly checks: readonly Check[];
  /** Runners that run together with the checks. If one of these or a check fails, the rest does not begin. */
  readonly first: readonly Runner[];
  readonly rest: readonly Runner[];
}

/**
 * Runs tests and checks. Then prints the tools that are not installed, the times, and what did not pass. The last line
 * is the count.
 *
 * @param command the command as people type it. Names a failure of the whole run
 * @param prepare sets up what is missing, and returns what to run
 * @returns the exit code: 1 when anything failed
 */
export async function runAndCount(command: string, prepare: (add: AddTally) => Promise<Work>): Promise<number> {
  const tallies: Tally[] = [];
  const files: Cost[] = [];
  const [begun, busyBefore] = [performance.now(), busySec()];
  const add: AddTally = (tally) => tallies.push(tally);
  const work = async (): Promise<void> => {
    const { checks, first, rest } = await prepare(add);
    await inTestFolder(add, async (folder) => {
      const runners = (those: readonly Runner[]) => those.map((runner) => runnerTask(runner, folder, add));
      await runTasks([...checks.map((check) => checkTask(check, add)), ...runners(first)], { concurrent: true });
      if (tallies.some(({ failed }) => failed.length > 0)) addNotRun(add, rest);
      else await runTasks(sideBySide(rest, folder, add), { concurrent: true });
      files.push(...readUsage(usageFileOf(folder)));
    });
  };
  await work().catch((error) => add(failedToRun(command, error)));
  const missing = missingTools(["machines", "tests"]).map((tool) => `Not installed: ${describeTool(tool)}\n`);
  const costs = tallies.flatMap(({ cost }) => cost ?? []);
  const computer = { wallSec: (performance.now() - begun) / 1000, cpuSec: busySec() - busyBefore };
  process.stdout.write(
    `${missing.join("")}${describeCosts(costs, files, computer)}${describeTallies(tallies)}${countLine(tallies)}\n`,
  );
  return tallies.some((tally) => tally.failed.length > 0) ? 1 : 0;
}

/** Runs all runners in parallel, except that stories wait until there is room for the memory that they declare. */
function sideBySide(runners: readonly Runner[], folder: string, add: AddTally): ProgressTask[] {
  const capacity = new Capacity(places.storiesAtOnce);
  let stories = runners.filter(({ needs }) => needs !== undefined).length;
  const tellWhenDone = (): void => {
    if (stories === 0) writeFileSync(storiesDoneFile(folder), "");
  };
  tellWhenDone();
  return runners.map((runner) => {
    const task = runnerTask(runner, folder, add);
    const { needs } = runner;
    if (needs === undefined) return task;
    const run = async (...tell: Parameters<typeof task.run>): Promise<void> => {
      try {
        await capacity.use(needs.memoryMiB, () => inStorySlot(tell[0], () => task.run(...tell)));
      } finally {
        stories -= 1;
        tellWhenDone();
      }
    };
    return { ...task, run };
  });
}

function addNotRun(add: AddTally, runners: readonly Runner[]): void {
  const reason = "not begun, since something failed before";
  add({ passed: 0, failed: [], skipped: runners.map(({ name }) => ({ name, reason })) });
}

/**
 * Sweeps what killed test runs left, gives the tests a folder, and sweeps that afterwards. A local AWS that still runs
 * there counts as a failure of the tests.
 */
async function inTestFolder(add: AddTally, work: (folder: string) => Promise<void>): Promise<void> {
  const fail = (name: string, reasons: readonly string[]): void =>
    add({ passed: 0, failed: reasons.map((reason) => ({ name, reason })), skipped: [] });
  if (recordedPlaces().length > 0) {
    const problems = await runTask("Clean up after tests that were killed", sweepAbandonedPlaces);
    fail("the files of killed tests can be removed", problems);
  }
  const place = await claimPlace();
  try {
    await work(place.folder);
  } finally {
    // Killed runners leave processes and places of their own in this folder.
    const sweeping = place.giveBack({ abandoned: true });
    await sweeping.then(
      (left) =>
        fail(
          "tests leave nothing running",
          left.map((home) => `the local AWS of ${home} was still running`),
        ),
      (error) => add(failedToRun("tests leave nothing that cannot be removed", error)),
    );
  }
}
