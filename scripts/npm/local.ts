import { imageOf, withImage } from "../images/local-variables";
import { readRequest } from "../open/request";
import { OPEN_USAGE, runOpen } from "../open/run-open";
import { openLocalSession } from "../session/local-session";
import { machineLogin, sshStack } from "../session/machine-login";
import { ensurePacker } from "../setup/packer";
import { runCommand } from "../support/run-command";
import { runInTerminal } from "../support/run-in-terminal";
import { UsageRequest } from "../support/usage";

const USAGE = `Runs a command against the local AWS, and starts the local AWS first if it is not running.

usage: npm run local -- <command> [arguments]
       npm run local -- ssh [arguments]     opens a shell on the development machine, or runs a command there
       npm run local -- open [--repl] [--no-browser] [--port PORT]
                                            opens JupyterLab on it, or its Clojure REPL, until Ctrl-C

examples: npm run local -- aws ec2 describe-volumes
          npm run local -- npx cdktf deploy ebs
          npm run local -- packer build packer/workbench
`;

await runCommand(async ([command, ...args]) => {
  // Later ones belong to the command.
  if (command === "--help" || command === "-h") throw new UsageRequest(USAGE);
  if (command === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  // A wrong option need not wait for the local AWS.
  const request = command === "open" ? readRequest(args, OPEN_USAGE) : undefined;
  if (command === "packer") await ensurePacker();
  const session = await openLocalSession();
  if (request !== undefined) return runOpen(session.settings, request, session.localAws);
  const [file, fileArgs] = command === "ssh" ? ["ssh", machineLogin(session, sshStack(), args)] : [command, args];
  // npm changes to the project's folder first. Run the command in the caller's folder.
  const cwd = process.env["INIT_CWD"] ?? process.cwd();
  const image = command === "packer" ? imageOf(args, cwd) : undefined;
  const env = image === undefined ? session.environment : withImage(session.environment, session.settings, image);
  return runInTerminal(file, fileArgs, { env, cwd });
});
