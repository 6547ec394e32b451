import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { endAll } from "./end-processes";

/** The mount point of control groups version 2. Undefined where there are none. */
export function controlGroups(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  // The mount point is the fifth field; the file system's type is the first one after " - ".
  return mounts.find((line) => line.includes(" - cgroup2 "))?.split(" ")[4];
}

/**
 * The control group of a test. Its name begins with that of the test's folder, and a sweep of the folder removes it.
 */
export function testControlGroup(root: string, name: string, folder: string = tmpdir()): string {
  return path.join(root, `${path.basename(folder)}-${name}`);
}

/**
 * Kills the processes in the control groups of tests with this folder, such as a machine that was booting. Then removes
 * the groups.
 *
 * @param name with which the names of the groups begin, after that of the folder. @default none: all groups
 * @returns the groups in which a process does not end
 */
export async function removeControlGroups(folder: string, name = ""): Promise<string[]> {
  const root = controlGroups();
  if (root === undefined) return [];
  const groups = readdirSync(root)
    .filter((each) => each.startsWith(testControlGroup("", name, folder)))
    .map((each) => path.join(root, each));
  const remaining = await endAll(() => groups.filter(isPopulated), kill);
  for (const group of groups) removeTree(group);
  return remaining;
}

function isPopulated(group: string): boolean {
  return /^populated 1$/m.test(readFileSync(path.join(group, "cgroup.events"), "utf8"));
}

function kill(group: string): void {
  const file = path.join(group, "cgroup.kill");
  // Linux before 5.14 has no such file. Then the caller reports the group as one that does not end.
  if (existsSync(file)) writeFileSync(file, "1");
}

/** Removes a control group. The kernel removes its files, but only removes a group that has no groups below it. */
function removeTree(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(path.join(group, entry.name));
  }
  try {
    rmdirSync(group);
  } catch {
    // A process still runs there.
  }
}
