import { constants } from "node:os";
import { execa } from "execa";
import { openLocalSession } from "../local-aws/local-session";
import { machineLogin } from "../local-aws/machine-login";
import { ensurePacker } from "../setup/packer";
import { CommandError } from "../support/command-error";
import { onInterrupt } from "../support/interrupt";
import { runCommand } from "../support/run-command";

const USAGE = `Runs a command against the local AWS, which is started when it does not run.

usage: npm run local -- <command> [arguments]
       npm run local -- ssh [arguments]     a shell on the development machine, or a command there

examples: npm run local -- aws ec2 describe-volumes
          npm run local -- npx cdktf deploy ebs
          npm run local -- packer build packer/workbench
`;

/** What shells answer when they find no such program. */
const NOT_FOUND = 127;

await runCommand(async ([command, ...args]) => {
  if (command === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (command === "packer") await ensurePacker();
  const session = await openLocalSession();
  const [file, fileArgs] = command === "ssh" ? ["ssh", machineLogin(session, args)] : [command, args];
  // npm changes into the project's folder first; people mean the one they are in.
  const cwd = process.env["INIT_CWD"] ?? process.cwd();
  // It shares our terminal and process group, so Ctrl-C reaches it by itself; a signal meant for us alone is passed on.
  const child = execa(file, fileArgs, {
    env: session.environment,
    extendEnv: false,
    cwd,
    stdio: "inherit",
    reject: false,
    cleanup: true,
    forceKillAfterDelay: false,
  });
  const forget = onInterrupt((signal) => {
    if (signal !== "SIGINT") child.kill(signal);
  });
  const result = await child;
  forget();
  if (result.code === "ENOENT") throw new CommandError(`${file}: no such command on the PATH`, NOT_FOUND);
  return result.signal === undefined ? (result.exitCode ?? 1) : 128 + constants.signals[result.signal];
});
