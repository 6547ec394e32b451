import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { venvPython } from "../../scripts/setup/python-env";
import { projectRoot } from "../../scripts/support/project";
import type { Workbench } from "./workbench";

/** The id or name of everything that somebody made in the account; empty for a fresh account. */
export async function accountContents(user: Workbench): Promise<string[]> {
  // One process: eleven calls of the AWS CLI take ten times as long.
  return python([path.join(import.meta.dirname, "account_contents.py")], user.session.environment);
}

/**
 * Lists everything that a local AWS has on this computer, one line each: network namespaces, interfaces, firewall
 * rules, control groups, mounts, loop devices and processes. The local AWS itself finds all but the processes by name.
 */
export async function leftovers({ home }: { home: string }): Promise<string[]> {
  return [...(await kernelObjects(home)), ...processes().filter((line) => line.includes(home))];
}

/** What the machines of a running local AWS have here: like {@link leftovers}, without the server and its network. */
export async function machineLeftovers({ home }: { home: string }): Promise<string[]> {
  const ofTheServer =
    /^(firewall rule |interface lwb|control group |network namespace .*-services$|interface lv.*serve$)/;
  return (await kernelObjects(home)).filter((line) => !ofTheServer.test(line));
}

function kernelObjects(home: string): Promise<string[]> {
  const script =
    "import pathlib, sys; from local_aws.host.clean_up import leftovers; print(*leftovers(pathlib.Path(sys.argv[1])), sep='\\n')";
  return python(["-c", script, home], { PYTHONPATH: path.join(projectRoot, "scripts", "local-aws") });
}

/** The lines that a Python program prints. */
async function python(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const { stdout } = await execa(venvPython, args, { env });
  return stdout.split("\n").filter((line) => line !== "");
}

/** Command line and working directory of every process but this one. */
function processes(): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        return [
          `process ${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")} ${readlinkSync(`/proc/${pid}/cwd`)}`,
        ];
      } catch {
        return [];
      }
    });
}
