import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import path from "node:path";

const PREFIX = "workbench-test-";

/** Where control groups of version 2 are mounted; undefined where there are none. */
export function controlGroups(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return / (\/\S*) \S+ (?:\S+ )*?- cgroup2 /.exec(readFileSync("/proc/self/mountinfo", "utf8"))?.[1];
}

/** The control group of a test of this process, by a name that tells whose it is. */
export function testControlGroup(root: string, name: string): string {
  return path.join(root, `${PREFIX}${process.pid}-${name}`);
}

/** Removes the control groups of tests whose process is gone; those in which something still runs stay. */
export function removeControlGroups(): void {
  const root = controlGroups();
  if (root === undefined) return;
  for (const name of readdirSync(root)) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeTree(path.join(root, name));
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
