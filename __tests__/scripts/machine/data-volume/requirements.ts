import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe } from "vitest";

/** Programs that every test of mounting needs, and the Debian package of each. */
const everyTest = {
  losetup: "mount",
  nsenter: "util-linux",
  "mkfs.ext4": "e2fsprogs",
  "mkfs.xfs": "xfsprogs",
} as const;

/** Whether a program is on the PATH or where system programs live. */
export function hasProgram(name: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Why tests cannot have real disks here, in words; undefined if they can. */
export function whyNoDisks(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  if (!existsSync("/dev/loop-control")) return "needs loop devices (/dev/loop-control)";
  return missingPrograms(everyTest);
}

/** "needs <program> (package <package>)" for the first program that is missing; undefined when all are there. */
export function missingPrograms(programs: Readonly<Record<string, string>>): string | undefined {
  const missing = Object.entries(programs).find(([program]) => !hasProgram(program));
  return missing && `needs ${missing[0]} (package ${missing[1]})`;
}

/** Whether this process may grow a mounted ext4: CAP_SYS_RESOURCE, bit 24. Some sandboxes lack it, even for root. */
export function mayGrowMountedExt4(): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${mask}`) >> 24n) & 1n) === 1n;
}

/** A describe for tests on real disks. Where there can be none, it is skipped, with the reason in its name. */
export function describeWithDisks(name: string, tests: () => void): void {
  const reason = whyNoDisks();
  describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (${reason})`, tests);
}
