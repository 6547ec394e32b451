import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Variables that name the folder in which a test's process works. */
const PLACES = ["TMPDIR", "LOCAL_AWS_HOME", "CDKTF_OUTDIR"];

/** Programs that tests start with a test folder in the command line. They do not include a user's editor. */
const TEST_PROGRAMS = /^(node|sh|bash|ssh|ssh-agent|python[\d.]*|terraform[\w.-]*|packer[\w.-]*|sleep)$/;

/** A local AWS and its machines. They must end in good order, so {@link endProcesses} leaves them alone. */
export const LOCAL_AWS = /\blocal_aws\b|boot-machine|systemd-nspawn/;
/** Allows for a local AWS that powers machines off, and for killed processes, on a busy computer. */
const LIMIT_SEC = 300;

/**
 * Kills every process whose environment or command line says that it works in a folder. vitest, Terraform, cdktf and
 * Packer survive the process that started them. They would go on working while the folder is removed.
 *
 * @returns a sentence about the processes that did not end
 */
export async function endProcesses(folder: string): Promise<string[]> {
  const found = () => pids().filter((pid) => pid !== process.pid && worksIn(pid, folder));
  return outlived(await endAll(found, (pid) => send(pid, "SIGKILL")));
}

/**
 * Ends, in good order, every local AWS whose home is below a folder. That includes one that has just started and does
 * not answer yet, one whose home does not exist yet, and one that is being cleaned.
 *
 * @returns the homes of those that served, and a sentence about those that did not end
 */
export async function endLocalAws(folder: string): Promise<{ homes: string[]; problems: string[] }> {
  const running = (): number[] => pids().filter((pid) => isLocalAwsBelow(pid, folder));
  const homes = new Set(running().flatMap((pid) => (commandLine(pid).includes("serve") ? (homeOf(pid) ?? []) : [])));
  const asked = new Set<number>();
  const ask = (pid: number): void => {
    // Signal each process once, and none of its children. When it ends in good order, it forks a child, which has the
    // same command line for a moment.
    if (asked.has(pid) || running().includes(parentOf(pid))) return;
    asked.add(pid);
    send(pid, "SIGTERM");
  };
  await endAll(running, ask);
  const remaining = await endAll(running, (pid) => send(pid, "SIGKILL"));
  return { homes: [...homes], problems: outlived(remaining) };
}

function outlived(found: readonly number[]): string[] {
  if (found.length === 0) return [];
  return [`processes ${found.join(", ")} still work there after SIGKILL: ps -o pid,stat,wchan,args -p <pid> says why`];
}

/**
 * Calls `end` for everything that `find` finds, again and again, until it finds nothing or the time is up.
 *
 * @returns what `find` still finds
 */
export async function endAll<T>(find: () => T[], end: (found: T) => void): Promise<T[]> {
  const giveUpAt = Date.now() + LIMIT_SEC * 1000;
  let found = find();
  for (; found.length > 0 && Date.now() < giveUpAt; found = find()) {
    for (const each of found) end(each);
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

function isLocalAwsBelow(pid: number, folder: string): boolean {
  return commandLine(pid).includes("local_aws") && homeOf(pid)?.startsWith(`${folder}/`) === true;
}

function homeOf(pid: number): string | undefined {
  const words = commandLine(pid);
  const option = words.indexOf("--home");
  return option < 0 ? undefined : words[option + 1];
}

/** The parent's process id. Zero when the process has ended. */
function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
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

/** Lists all process ids. Empty where there is no /proc. */
function pids(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Reads a file in /proc. Empty for a zombie, and for a process that has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
