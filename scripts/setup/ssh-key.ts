import { existsSync, mkdirSync, rmSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import path from "node:path";
import { runLogged } from "../support/run-logged";
import type { Step } from "./step";

/** The key pair that `settings/local.yaml` names: logs in to machines of the local AWS, and to nothing else. */
export function sshKeyFile(localAwsHome: string): string {
  return path.join(localAwsHome, "ssh", "id_ed25519");
}

/** Makes the key pair of one local AWS; ssh-keygen writes the private half readable by its owner alone. */
export function sshKeyStep(localAwsHome: string): Step {
  const file = sshKeyFile(localAwsHome);
  return {
    title: "Make an SSH key pair for local machines",
    isDone: () => existsSync(file) && existsSync(`${file}.pub`),
    run: async () => {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      // Half a pair is of no use, and ssh-keygen would ask before overwriting it.
      rmSync(file, { force: true });
      rmSync(`${file}.pub`, { force: true });
      await runLogged({
        name: "ssh-keygen",
        file: "ssh-keygen",
        args: [
          "-q",
          "-t",
          "ed25519",
          "-N",
          "",
          "-C",
          `${userInfo().username}@${hostname()} (Workbench, local AWS only)`,
          "-f",
          file,
        ],
        timeoutSec: 30,
      });
    },
  };
}
