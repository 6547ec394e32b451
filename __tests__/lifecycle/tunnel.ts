import { connect } from "node:net";
import { execa } from "execa";
import { until } from "./until";

/** Options of ssh for use without a person: it does not ask about a host key, and does not remember it. */
export const unattended = [
  "StrictHostKeyChecking=no",
  "UserKnownHostsFile=/dev/null",
  "LogLevel=ERROR",
  "ConnectTimeout=20",
  "BatchMode=yes",
].flatMap((option) => ["-o", option]);

/**
 * Opens a tunnel with the `ssh` output of the ec2 stack, word for word, and closes it when `work` is done.
 *
 * @throws ssh's output when the tunnel does not open
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
  await until(`a tunnel at port ${port} of this computer`, async () => {
    const socket = connect(port, "127.0.0.1");
    return new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    }).finally(() => socket.destroy());
  });
}
