import { spawnSync } from "node:child_process";
import { keyIn, withoutComment } from "./key-files";

const listLimitMs = 10_000;

/**
 * One sentence that says why Terraform cannot log in through the SSH agent; undefined if it can.
 *
 * @param to purpose of the login
 * @param publicKeyFile file with the key that the agent must have; a missing one is reported by the plan. undefined: any
 * @param environment environment variables of this run
 */
export function agentProblem(
  to: string,
  publicKeyFile: string | undefined,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  // On Windows, Terraform uses Pageant, which needs no environment variable.
  if (process.platform === "win32") return undefined;
  const keys = keysOf(environment);
  if (typeof keys === "string") {
    return (
      "ssh.privateKeyFile: expected an SSH agent with a key, since ssh.privateKeyFile is null and Terraform logs in to " +
      `${to}, got ${keys}; run ssh-add (after eval "$(ssh-agent)" where there is no agent), ` +
      "or set ssh.privateKeyFile to a key without passphrase."
    );
  }
  if (keys === undefined || publicKeyFile === undefined) return undefined;
  const wanted = keyIn(publicKeyFile);
  if (wanted === undefined || keys.includes(wanted)) return undefined;
  return (
    `ssh.publicKeyFile: expected the SSH agent to have the key of ${publicKeyFile}, since Terraform logs in with it to ` +
    `${to}, got one with ${keys.length === 1 ? "another key" : `${keys.length} other keys`}; ` +
    `run ssh-add ${publicKeyFile.replace(/\.pub$/, "")} where the agent runs, or name a key that the agent has.`
  );
}

/** The agent's keys as `type base64`; or what it lacks; undefined if there is no ssh-add to ask it with. */
function keysOf(environment: NodeJS.ProcessEnv): string[] | string | undefined {
  if (!environment["SSH_AUTH_SOCK"]) return "no agent: SSH_AUTH_SOCK is not set";
  const options = { env: environment, encoding: "utf8", timeout: listLimitMs } as const;
  const { status, stdout } = spawnSync("ssh-add", ["-L"], options);
  if (status === 1) return "one without keys";
  if (status === 2) return `no answer from the agent at ${environment["SSH_AUTH_SOCK"]} (SSH_AUTH_SOCK)`;
  return status === 0 ? stdout.trim().split("\n").map(withoutComment) : undefined;
}
