import path from "node:path";
import { execa } from "execa";
import { until } from "../until";

/** An SSH agent that holds keys. */
export interface SshAgent {
  readonly socket: string;
  readonly end: () => Promise<void>;
}

/**
 * Starts an agent with its socket in `folder` and adds the keys, as `eval "$(ssh-agent)"` and `ssh-add <keyFile>` do.
 */
export async function startSshAgent(folder: string, keyFiles: readonly string[]): Promise<SshAgent> {
  const socket = path.join(folder, "agent");
  const env = { SSH_AUTH_SOCK: socket };
  const agent = execa("ssh-agent", ["-D", "-a", socket], { reject: false, stdio: "ignore" });
  await until("ssh-agent", async () => {
    if (agent.exitCode !== null) throw new Error(`expected ssh-agent to go on, it ended with ${agent.exitCode}`);
    // The socket is there a moment before the agent listens. Without keys, ssh-add ends with 1; without an agent, with 2.
    return (await execa("ssh-add", ["-l"], { env, reject: false })).exitCode === 1;
  });
  for (const file of keyFiles) await execa("ssh-add", ["-q", file], { env });
  return {
    socket,
    end: async () => {
      agent.kill();
      await agent;
    },
  };
}
