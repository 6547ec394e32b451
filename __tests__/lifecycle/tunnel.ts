import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

const OPEN_LIMIT_SEC = 20;

/** What ssh is told where nobody can be asked about a host key, and no host key is to be remembered. */
export const unattended = [
  "StrictHostKeyChecking=no",
  "UserKnownHostsFile=/dev/null",
  "LogLevel=ERROR",
  "ConnectTimeout=5",
  "BatchMode=yes",
].flatMap((option) => ["-o", option]);

/**
 * Opens the tunnel of the `ssh` output of the ec2 stack, word by word as it is printed, and closes it when `work` is done.
 *
 * @throws what ssh said when the tunnel does not open
 */
export async function throughTunnel(command: string, work: () => Promise<void>): Promise<void> {
  const [file = "", ...args] = command.split(" ");
  const alone = ["-N", ...unattended, "-o", "ExitOnForwardFailure=yes"];
  const ssh = execa(file, [...alone, ...args], { reject: false, stdin: "ignore", all: true });
  try {
    const ports = args.flatMap((word, index) => (args[index - 1] === "-L" ? Number(word.split(":")[0]) : []));
    const ended = ssh.then(({ all }) => Promise.reject(new Error(`the tunnel did not open: ${all}`)));
    await Promise.race([Promise.all(ports.map(listens)), ended]);
    await work();
  } finally {
    ssh.kill();
    await ssh;
  }
}

async function listens(port: number): Promise<void> {
  for (const giveUpAt = Date.now() + OPEN_LIMIT_SEC * 1000; Date.now() < giveUpAt; await sleep(100)) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
  }
  throw new Error(`nothing listens on port ${port} of this computer after ${OPEN_LIMIT_SEC} s`);
}
