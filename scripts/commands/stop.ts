import { parseArgs } from "node:util";
import { cleanLocalAws, stopLocalAws } from "../local-aws/control";
import { findRunning, localAwsOf } from "../local-aws/find-local-aws";
import { CommandError } from "../support/command-error";
import { runTasks } from "../support/progress";
import { runCommand } from "../support/run-command";

const USAGE = "usage: npm stop [-- --clean]; --clean also forgets everything that the local AWS holds";

await runCommand(async (args) => {
  const clean = wantsClean(args);
  const localAws = localAwsOf();
  if ((await findRunning(localAws)) === undefined) process.stdout.write("The local AWS is not running.\n");
  else await perform("Stop the local AWS (machines power off first)", () => stopLocalAws(localAws));
  if (clean) await perform("Forget its machines, disks and state", () => cleanLocalAws(localAws));
  else process.stdout.write("Everything is kept: npm start resumes it, npm stop -- --clean forgets it.\n");
  return 0;
});

function perform(title: string, work: () => Promise<unknown>): Promise<void> {
  return runTasks([{ title, run: async () => void (await work()) }], { concurrent: false });
}

function wantsClean(args: readonly string[]): boolean {
  try {
    return parseArgs({ args: [...args], options: { clean: { type: "boolean", default: false } } }).values.clean;
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}; ${USAGE}`, 2);
  }
}
