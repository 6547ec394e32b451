import { spawnSync } from "node:child_process";

const listLimitMs = 10_000;

/**
 * What keeps Terraform from logging in through the SSH agent, in one sentence; undefined when nothing does.
 *
 * @param to what Terraform does on the machine
 * @param environment environment variables of this run
 */
export function agentProblem(to: string, environment: NodeJS.ProcessEnv): string | undefined {
  // On Windows Terraform asks Pageant, which no variable names.
  if (process.platform === "win32") return undefined;
  const got = lackOf(environment);
  if (!got) return undefined;
  return `ssh.privateKeyFile: expected an SSH agent with a key, since ssh.privateKeyFile is null and Terraform logs in to ${to}, got ${got}; run ssh-add (after eval "$(ssh-agent)" where there is no agent), or set ssh.privateKeyFile to a key without passphrase.`;
}

/** What the agent lacks; undefined when it has a key, or when there is no ssh-add to ask it with. */
function lackOf(environment: NodeJS.ProcessEnv): string | undefined {
  if (!environment["SSH_AUTH_SOCK"]) return "no agent: SSH_AUTH_SOCK is not set";
  const { status } = spawnSync("ssh-add", ["-l"], { env: environment, stdio: "ignore", timeout: listLimitMs });
  if (status === 1) return "one without any key";
  if (status === 2) return `no agent that answers at ${environment["SSH_AUTH_SOCK"]}, which SSH_AUTH_SOCK names`;
  return undefined;
}
