import { spawnSync } from "node:child_process";
import type { Settings } from "../settings/schema";
import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

const listLimitMs = 10_000;

/**
 * Ends a command whose provisioners will log in through the SSH agent when there is none, or none with a key in it: before the
 * machine is made, not when the first provisioner fails on it. A plan, a synth and a review need no agent.
 *
 * @param environment environment variables of this run
 * @throws UserError when `command` changes stack `ec2`, no private key file is set, and the agent has no key
 */
export function requireSshAgent(command: CdktfCommand, settings: Settings, environment: NodeJS.ProcessEnv): void {
  const { ssh, ec2 } = settings;
  const logsIn = command.changes && command.names("ec2") && (command.verb !== "destroy" || ec2.unmountOverSsh);
  // On Windows Terraform asks Pageant, which no variable names.
  if (!logsIn || ssh.privateKeyFile !== null || process.platform === "win32") return;
  const got = withoutKey(environment);
  if (!got) return;
  throw new UserError(
    `ssh.privateKeyFile: expected an SSH agent with a key, since ssh.privateKeyFile is null and Terraform logs in to ${command.verb === "destroy" ? "unmount" : "mount"} the data volume, got ${got}; run ssh-add (after eval "$(ssh-agent)" where there is no agent), or set ssh.privateKeyFile to a key without passphrase.`,
  );
}

/** What the agent lacks; undefined when it has a key, or when there is no ssh-add to ask it with. */
function withoutKey(environment: NodeJS.ProcessEnv): string | undefined {
  if (!environment["SSH_AUTH_SOCK"]) return "no agent: SSH_AUTH_SOCK is not set";
  const { status } = spawnSync("ssh-add", ["-l"], { env: environment, stdio: "ignore", timeout: listLimitMs });
  if (status === 1) return "one without any key";
  if (status === 2) return `no agent that answers at ${environment["SSH_AUTH_SOCK"]}, which SSH_AUTH_SOCK names`;
  return undefined;
}
