import { readFileSync } from "node:fs";
import { execa } from "execa";

const LIMIT_MS = 30_000;

/**
 * Unmounts every file system and detaches every loop device that has its place or its file below `directory`: what a test
 * that was ended in the middle could not do itself.
 *
 * @returns the mount points that are still there; a folder that has one must not be removed
 */
export async function releaseMounts(directory: string): Promise<string[]> {
  for (const mountPoint of mountPointsBelow(directory)) await run("umount", [mountPoint]);
  for (const device of await loopDevicesBelow(directory)) await run("losetup", ["--detach", device]);
  return mountPointsBelow(directory);
}

/** The innermost first. */
function mountPointsBelow(directory: string): string[] {
  return readMounts()
    .map((line) =>
      (line.split(" ")[4] ?? "").replaceAll(/\\([0-7]{3})/g, (_all, code) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      ),
    )
    .filter((mountPoint) => mountPoint.startsWith(`${directory}/`))
    .reverse();
}

function readMounts(): string[] {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n");
  } catch {
    // Not Linux: then nothing was mounted either.
    return [];
  }
}

async function loopDevicesBelow(directory: string): Promise<string[]> {
  const listed = await run("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
  return listed
    .split("\n")
    .map((line) => line.trim().split(/\s+/, 2))
    .filter(([, file]) => file?.startsWith(`${directory}/`))
    .map(([device = ""]) => device);
}

async function run(file: string, args: readonly string[]): Promise<string> {
  const result = await execa(file, args, { reject: false, stdin: "ignore", timeout: LIMIT_MS });
  return String(result.stdout ?? "");
}
