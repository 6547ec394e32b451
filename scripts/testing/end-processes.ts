import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Variables that say where a test's process works. */
const PLACES = ["TMPDIR", "LOCAL_AWS_HOME", "CDKTF_OUTDIR"];

/** Programs that tests start with a folder of theirs in the command line; somebody's editor is none of them. */
const TEST_PROGRAMS = /^(node|sh|bash|ssh|ssh-agent|python[\d.]*|terraform[\w.-]*|packer[\w.-]*|sleep)$/;

/** A local AWS and its machines: they end in good order, and not by {@link endProcesses}. */
export const LOCAL_AWS = /\blocal_aws\b|boot-machine|systemd-nspawn/;
/** For what has to power machines off, and for what is killed, on a busy computer. */
const LIMIT_SEC = 300;

/**
 * Ends every process that works in a folder, as its environment or its command line says: vitest, Terraform, cdktf and
 * Packer survive whoever started them, and would go on where everything is taken away.
 *
 * @returns a sentence about those that did not end
 */
export async function endProcesses(folder: string): Promise<string[]> {
  const found = () => pids().filter((pid) => pid !== process.pid && worksIn(pid, folder));
  const remaining = await endAll(found, "SIGKILL");
  return remaining.length === 0
    ? []
    : [`processes ${remaining.join(", ")} work there and outlive SIGKILL: ps -o pid,stat,wchan,args -p <pid> says why`];
}

/**
 * Ends every local AWS whose folder is below another, in good order: also one that has just been started and does not answer
 * yet, or has no folder yet.
 *
 * @returns the folders of those that ran
 */
export async function endLocalAwsServers(folder: string): Promise<string[]> {
  const running = (): number[] => pids().filter((pid) => servedBelow(pid, folder) !== undefined);
  const homes = running().flatMap((pid) => servedBelow(pid, folder) ?? []);
  if ((await endAll(running, "SIGTERM")).length > 0) await endAll(running, "SIGKILL");
  return homes;
}

/** Sends a signal until none is found, or the time is up; returns those that are still found. */
async function endAll(find: () => number[], signal: NodeJS.Signals): Promise<number[]> {
  const giveUpAt = Date.now() + LIMIT_SEC * 1000;
  let found = find();
  for (; found.length > 0 && Date.now() < giveUpAt; found = find()) {
    for (const pid of found) send(pid, signal);
    await sleep(100);
  }
  return found;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/** The folder of the local AWS that a process serves, when that is below `folder`. */
function servedBelow(pid: number, folder: string): string | undefined {
  const words = commandLine(pid);
  const home = words[words.indexOf("--home") + 1];
  return words.includes("local_aws") && words.includes("serve") && home?.startsWith(`${folder}/`) ? home : undefined;
}

function worksIn(pid: number, folder: string): boolean {
  const words = commandLine(pid);
  if (words[0] === "" || LOCAL_AWS.test(words.join(" "))) return false;
  const program = words[0]?.split("/").at(-1) ?? "";
  const isBelow = (file: string): boolean => file === folder || file.startsWith(`${folder}/`);
  if (TEST_PROGRAMS.test(program) && words.some((word) => isBelow(word.replace(/^-[\w-]*=/, "")))) return true;
  return read(`/proc/${pid}/environ`)
    .split("\0")
    .some((variable) => {
      const [name = "", value = ""] = variable.split("=", 2);
      return PLACES.includes(name) && isBelow(value);
    });
}

function commandLine(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split("\0");
}

/** Empty where there is no /proc: nothing is known of other processes there. */
function pids(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** A zombie, and a process that has ended, says nothing. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
