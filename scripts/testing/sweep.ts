import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { cleanLocalAws, stopLocalAws } from "../local-aws/control";
import type { LocalAws } from "../local-aws/find-local-aws";
import { serverProgram } from "../session/server-program";
import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import { endLocalAws, endProcesses } from "./end-processes";
import { detachStacked, releaseMounts } from "./release-mounts";
import { removeControlGroups } from "./test-control-group";

/** How deep below a test run's folder a test may have put a local AWS (run, place, session, test, home). */
const DEPTH = 6;

/** A file system in memory, where Linux has one. */
const MEMORY = "/dev/shm";

/** How {@link sweep} goes about it. */
export interface SweepOptions {
  /** Is whoever worked there gone? Then the processes that he left behind are ended first. @default false */
  readonly abandoned?: boolean;
}

/** Where tests with this folder keep disks in memory; swept together with it. */
export function memoryFolderOf(folder: string): string {
  return path.join(MEMORY, path.basename(folder));
}

/** Whether there is anything to sweep. */
export function isThere(folder: string): boolean {
  return [folder, memoryFolderOf(folder)].some((each) => existsSync(each));
}

/**
 * Ends and removes what tests left in their folder: every local AWS in it with its machines and disks, every mount and
 * loop device, then the folder. Does nothing for tests that cleaned up, and everything for those that were interrupted.
 *
 * @returns the homes of the local AWSs that still ran
 * @throws CommandError when something stays mounted, or when a local AWS cannot be cleaned, after all others were; the
 *   folder then stays
 */
export async function sweep(folder: string, { abandoned = false }: SweepOptions = {}): Promise<string[]> {
  const problems = abandoned ? await endProcesses(folder) : [];
  // A test's machine keeps disks and mounts busy.
  for (const group of await removeControlGroups(folder)) problems.push(`something runs in ${group} and does not end`);
  const folders = [memoryFolderOf(folder), folder];
  for (const each of folders) await detachStacked(each);
  const { homes: left, problems: survivors } = await endLocalAws(folder);
  problems.push(...survivors);
  for (const home of localAwsHomes(folder, DEPTH)) {
    // Any port will do: a running one has announced its own.
    const localAws: LocalAws = { home, port: 1, network: "" };
    // Where there is no /proc, nothing was found above, and the local AWS itself says whether it runs.
    const stop = async (): Promise<void> => {
      if (await stopLocalAws(localAws)) left.push(home);
      // Without machines it has files alone, and these go with the folder.
      if (existsSync(path.join(home, "instances"))) await cleanLocalAws(localAws, serverProgram(localAws));
    };
    await stop().catch((error: Error) => problems.push(error.message));
  }
  for (const each of folders) {
    const mounted = await releaseMounts(each);
    // Removing would go through a mount, into what is mounted there.
    if (mounted.length > 0) {
      const [first] = mounted;
      problems.push(
        `still mounted is ${mounted.join(", ")}: end what works there (fuser --mount --verbose ${first}), then umount`,
      );
    }
  }
  if (problems.length === 0) {
    for (const each of folders) await remove(each).catch((error: Error) => problems.push(error.message));
  }
  if (problems.length > 0) throw new CommandError(`${folder} is not removed: ${problems.join("; ")}`);
  return left;
}

async function remove(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  // The scripts on a machine make a mount point that must stay empty immutable.
  if (process.platform === "linux") await ask("chattr", ["-R", "-f", "-i", folder], { timeoutSec: 120 });
  rmSync(folder, { recursive: true, force: true });
}

function localAwsHomes(directory: string, depth: number): string[] {
  if (!existsSync(directory)) return [];
  if (existsSync(path.join(directory, "server.lock"))) return [directory];
  if (depth === 0) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => localAwsHomes(path.join(directory, entry.name), depth - 1));
}
