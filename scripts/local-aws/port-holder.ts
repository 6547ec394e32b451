import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createConnection } from "node:net";
import { ask } from "../support/ask";

/** TCP's number for a listening socket in /proc/net/tcp. */
const LISTENING = "0A";

/** Does anything accept connections on a port of this computer? */
export function isPortTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const answer = (taken: boolean) => () => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(2_000, answer(true));
    socket.once("connect", answer(true));
    socket.once("error", answer(false));
  });
}

/** A local AWS's command line, which names its folder. */
const LOCAL_AWS = / -m local_aws serve --home (.+?) --port /;

/** Names who listens on a port, such as `node server.js (pid 4711)`; undefined when this user may not know. */
export async function portHolder(port: number): Promise<string | undefined> {
  const pid = process.platform === "linux" ? pidFromProc(port) : await pidFromLsof(port);
  if (pid === undefined) return undefined;
  const { stdout } = await ask("ps", ["-o", "args=", "-p", String(pid)], { timeoutSec: 5 });
  const home = LOCAL_AWS.exec(stdout)?.[1];
  const command = home === undefined ? stdout.trim().slice(0, 80) : `the local AWS of ${home}`;
  return command === "" ? `pid ${pid}` : `${command} (pid ${pid})`;
}

/** Linux: the socket's inode from /proc/net, then the process that has it open. */
function pidFromProc(port: number): number | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    lines(file)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTENING)
      .map((fields) => fields[9]),
  );
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (wanted.size === 0) return undefined;
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => openFiles(pid).some((target) => wanted.has(target)));
  return found === undefined ? undefined : Number(found);
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${name}`);
      } catch {
        return "";
      }
    });
  } catch {
    // Another user's process, or one that has just ended.
    return [];
  }
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}

async function pidFromLsof(port: number): Promise<number | undefined> {
  const { stdout } = await ask("lsof", ["-nP", "-t", `-iTCP:${port}`, "-sTCP:LISTEN"], { timeoutSec: 5 });
  const pid = Number.parseInt(stdout, 10);
  return Number.isNaN(pid) ? undefined : pid;
}
