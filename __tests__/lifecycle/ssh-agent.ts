import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

/** An SSH agent that holds one key. */
export interface SshAgent {
  readonly socket: string;
  readonly end: () => Promise<void>;
}

/** Starts an agent whose socket is in `folder`, and adds the key, as `eval "$(ssh-agent)"` and `ssh-add <keyFile>` do. */
export async function startSshAgent(folder: string, keyFile: string): Promise<SshAgent> {
  const socket = path.join(folder, "agent");
  const agent = execa("ssh-agent", ["-D", "-a", socket], { reject: false, stdio: "ignore" });
  while (!existsSync(socket)) {
    if (agent.exitCode !== null) throw new Error(`expected ssh-agent to go on, it ended with ${agent.exitCode}`);
    await sleep(20);
  }
  await execa("ssh-add", ["-q", keyFile], { env: { SSH_AUTH_SOCK: socket } });
  return {
    socket,
    end: async () => {
      agent.kill();
      await agent;
    },
  };
}
