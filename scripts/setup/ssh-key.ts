import { existsSync, mkdirSync, rmSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import path from "node:path";
import { runLogged } from "../support/run-logged";
import type { Step } from "./step";

/** The key pair that `settings/local.yaml` names. It logs in only to machines of the local AWS. */
export function sshKeyFile(localAwsHome: string): string {
  return path.join(localAwsHome, "ssh", "id_ed25519");
}

/** Makes the key pair of one local AWS. ssh-keygen makes the private key readable only by its owner. */
export function sshKeyStep(localAwsHome: string): Step {
  const file = sshKeyFile(localAwsHome);
  return {
    title: "Make an SSH key pair for local machines",
    isDone: () => existsSync(file) && existsSync(`${file}.pub`),
    run: async () => {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      // Remove half a pair, because ssh-keygen asks before it overwrites a file.
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
