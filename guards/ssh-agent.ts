import { spawnSync } from "node:child_process";

const listLimitMs = 10_000;

/**
 * One sentence that says why Terraform cannot log in through the SSH agent; undefined if it can.
 *
 * @param to purpose of the login
 * @param environment environment variables of this run
 */
export function agentProblem(to: string, environment: NodeJS.ProcessEnv): string | undefined {
  // On Windows, Terraform uses Pageant, which needs no environment variable.
  if (process.platform === "win32") return undefined;
  const got = lackOf(environment);
  if (!got) return undefined;
  return (
    "ssh.privateKeyFile: expected an SSH agent with a key, since ssh.privateKeyFile is null and Terraform logs in to " +
    `${to}, got ${got}; run ssh-add (after eval "$(ssh-agent)" where there is no agent), ` +
    "or set ssh.privateKeyFile to a key without passphrase."
  );
}

/** What the agent lacks; undefined if it has a key, or if there is no ssh-add to ask it with. */
function lackOf(environment: NodeJS.ProcessEnv): string | undefined {
  if (!environment["SSH_AUTH_SOCK"]) return "no agent: SSH_AUTH_SOCK is not set";
  const { status } = spawnSync("ssh-add", ["-l"], { env: environment, stdio: "ignore", timeout: listLimitMs });
  if (status === 1) return "one without keys";
  if (status === 2) return `no answer from the agent at ${environment["SSH_AUTH_SOCK"]} (SSH_AUTH_SOCK)`;
  return undefined;
}
