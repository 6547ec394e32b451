import { cleanLocalAws, stopLocalAws } from "../local-aws/control";
import { findRunning } from "../local-aws/find-local-aws";
import { localAwsOf } from "../session/local-aws-of";
import { serverProgram } from "../session/server-program";
import { runTask } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";

const USAGE = "usage: npm stop [-- --clean]; --clean also forgets everything that the local AWS holds";

await runCommand(async (args) => {
  const { clean } = readOptions(args, { clean: { type: "boolean", default: false } }, USAGE);
  const localAws = localAwsOf();
  if ((await findRunning(localAws)) === undefined) process.stdout.write("The local AWS is not running.\n");
  else await runTask("Stop the local AWS (machines power off first)", () => stopLocalAws(localAws));
  if (clean)
    await runTask("Forget its machines, disks and state", () => cleanLocalAws(localAws, serverProgram(localAws)));
  else process.stdout.write("Everything is kept: npm start resumes it, npm stop -- --clean forgets it.\n");
  return 0;
});
