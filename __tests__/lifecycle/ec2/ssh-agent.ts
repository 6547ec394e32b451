import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { until } from "../until";

/** An SSH agent that holds one key. */
export interface SshAgent {
  readonly socket: string;
  readonly end: () => Promise<void>;
}

/**
 * Starts an agent with its socket in `folder` and adds the key, as `eval "$(ssh-agent)"` and `ssh-add <keyFile>` do.
 */
export async function startSshAgent(folder: string, keyFile: string): Promise<SshAgent> {
  const socket = path.join(folder, "agent");
  const agent = execa("ssh-agent", ["-D", "-a", socket], { reject: false, stdio: "ignore" });
  await until("ssh-agent", async () => {
    if (agent.exitCode !== null) throw new Error(`expected ssh-agent to go on, it ended with ${agent.exitCode}`);
    return existsSync(socket);
  });
  await execa("ssh-add", ["-q", keyFile], { env: { SSH_AUTH_SOCK: socket } });
  return {
    socket,
    end: async () => {
      agent.kill();
      await agent;
    },
  };
}
