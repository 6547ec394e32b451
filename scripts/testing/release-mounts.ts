import { readFileSync } from "node:fs";
import { ask } from "../support/ask";

const LIMIT = { timeoutSec: 30 };

/**
 * Unmounts every file system and detaches every loop device that has its place or its file below `directory`: what a test
 * that was ended in the middle could not do itself.
 *
 * @returns the mount points that are still there; a folder that has one must not be removed
 */
export async function releaseMounts(directory: string): Promise<string[]> {
  for (const mountPoint of mountPointsBelow(directory)) await ask("umount", [mountPoint], LIMIT);
  for (const device of await loopDevicesBelow(directory)) await ask("losetup", ["--detach", device], LIMIT);
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
  const { stdout } = await ask("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"], LIMIT);
  return stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/, 2))
    .filter(([, file]) => file?.startsWith(`${directory}/`))
    .map(([device = ""]) => device);
}
