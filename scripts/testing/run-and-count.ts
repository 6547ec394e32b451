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

/** Takes in how a runner or a check fared. */
export type AddTally = (tally: Tally) => void;

/** What a command runs. */
export interface Work {
  readonly checks: readonly Check[];
  /** What runs together with the checks. Where any of these fails, the rest is not begun. */
  readonly first: readonly Runner[];
  readonly rest: readonly Runner[];
}

/**
 * Runs tests and checks, then prints what was not installed, what did not pass, where the time went, and as the last line
 * the count.
 *
 * @param command how people call it, for what fails as a whole
 * @param prepare sets up what is missing, and says what to run
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

/** All side by side; of the stories, which declare their memory, as many as there is room for. */
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
 * Sweeps what earlier test runs left when they were killed, then gives tests a folder, and sweeps it afterwards. A local AWS that
 * still runs there is a failure of theirs.
 */
async function inTestFolder(add: AddTally, work: (folder: string) => Promise<void>): Promise<void> {
  const fail = (name: string, reasons: readonly string[]): void =>
    add({ passed: 0, failed: reasons.map((reason) => ({ name, reason })), skipped: [] });
  if (recordedPlaces().length > 0) {
    const problems = await runTask("Clean up after tests that were killed", sweepAbandonedPlaces);
    fail("what earlier tests left can be removed", problems);
  }
  const place = await claimPlace();
  try {
    await work(place.folder);
  } finally {
    // Runners that were ended leave processes and places of their own in this folder.
    const sweeping = place.giveBack({ abandoned: true });
    await sweeping.then(
      (left) =>
        fail(
          "tests leave nothing running",
          left.map((home) => `the local AWS of ${home} still ran`),
        ),
      (error) => add(failedToRun("tests leave nothing that cannot be removed", error)),
    );
  }
}
