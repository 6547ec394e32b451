import { readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PREFIX = "workbench-test-";
/** How long the kernel may take to end what it was told to kill, on a busy computer. */
const LIMIT_SEC = 120;

/** Where control groups of version 2 are mounted; undefined where there are none. */
export function controlGroups(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  // The mount point is the fifth field; the file system's type is the first one after " - ".
  return mounts.find((line) => line.includes(" - cgroup2 "))?.split(" ")[4];
}

/** The control group of a test of this process, by a name that tells whose it is. */
export function testControlGroup(root: string, name: string): string {
  return path.join(root, `${PREFIX}${process.pid}-${name}`);
}

/**
 * Ends what still runs in the control groups of tests whose process is gone, such as a machine that was booting, and removes
 * the groups.
 */
export async function removeControlGroups(): Promise<void> {
  const root = controlGroups();
  if (root === undefined) return;
  for (const name of readdirSync(root)) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isAlive(pid)) continue;
    await endAll(path.join(root, name));
    removeTree(path.join(root, name));
  }
}

/** A process that has ended and whom nobody has waited for yet, has no command line any more. */
function isAlive(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

async function endAll(group: string): Promise<void> {
  const isPopulated = (): boolean => /^populated 1$/m.test(readFileSync(path.join(group, "cgroup.events"), "utf8"));
  try {
    for (const giveUpAt = Date.now() + LIMIT_SEC * 1000; isPopulated() && Date.now() < giveUpAt; await sleep(50)) {
      writeFileSync(path.join(group, "cgroup.kill"), "1");
    }
  } catch {
    // Somebody else has just removed it, or the kernel (before 5.14) cannot do this.
  }
}

/** A control group's files go with it, and only one without others below it can go. */
function removeTree(group: string): void {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(path.join(group, entry.name));
    }
    rmdirSync(group);
  } catch {
    // Something runs there, or somebody else removes it at this moment.
  }
}
