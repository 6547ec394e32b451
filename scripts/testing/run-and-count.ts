import { describeTool, missingTools } from "../setup/tools";
import { countLine, failedToRun, type Tally } from "./tally";
import { describeTallies } from "./tally-report";
import { makeTemporaryDirectory, sweep } from "./temporary-directory";

/** Takes in how a runner or a check fared. */
export type AddTally = (tally: Tally) => void;

/**
 * Runs tests and checks, then prints what was not installed, what did not pass, and as the last line the count.
 *
 * @param command how people call it, for what fails as a whole
 * @returns the exit code: 1 when anything failed
 */
export async function runAndCount(command: string, work: (add: AddTally) => Promise<void>): Promise<number> {
  const tallies: Tally[] = [];
  await work((tally) => tallies.push(tally)).catch((error) => tallies.push(failedToRun(command, error)));
  const missing = missingTools(["machines", "tests"]).map((tool) => `Not installed: ${describeTool(tool)}\n`);
  process.stdout.write(`${missing.join("")}${describeTallies(tallies)}${countLine(tallies)}\n`);
  return tallies.some((tally) => tally.failed.length > 0) ? 1 : 0;
}

/** Gives tests a temporary folder, and afterwards sweeps it; a local AWS that still runs there is a failure of theirs. */
export async function inTemporaryDirectory(add: AddTally, work: (directory: string) => Promise<void>): Promise<void> {
  const directory = makeTemporaryDirectory();
  try {
    await work(directory);
  } finally {
    const left = await sweep(directory);
    const reason = (home: string): string => `the local AWS of ${home} still ran`;
    const failed = left.map((home) => ({ name: "tests leave nothing running", reason: reason(home) }));
    add({ passed: 0, failed, skipped: [] });
  }
}
