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

/** How deep below a test run's folder a local AWS may be (run, place, session, test, home). */
const DEPTH = 6;

/** A file system in memory, where Linux has one. */
const MEMORY = "/dev/shm";

/** Options of {@link sweep}. */
export interface SweepOptions {
  /** Whether the folder's holder is gone. If so, the sweep first kills the processes that it left. @default false */
  readonly abandoned?: boolean;
}

/** The folder in which tests with this folder keep disks in memory. Both are swept together. */
export function memoryFolderOf(folder: string): string {
  return path.join(MEMORY, path.basename(folder));
}

/** Whether there is anything to sweep. */
export function isThere(folder: string): boolean {
  return [folder, memoryFolderOf(folder)].some((each) => existsSync(each));
}

/**
 * Ends and removes everything that interrupted tests left in their folder: every local AWS with its machines and disks,
 * every mount and loop device, and at last the folder itself.
 *
 * @returns the homes of the local AWSs that were still running
 * @throws CommandError when something stays mounted, or a local AWS cannot be cleaned. Everything else is cleaned
 *   first, and the folder stays
 */
export async function sweep(folder: string, { abandoned = false }: SweepOptions = {}): Promise<string[]> {
  const problems = abandoned ? await endProcesses(folder) : [];
  // A test's machine keeps disks and mounts busy.
  for (const group of await removeControlGroups(folder))
    problems.push(`a process in the control group ${group} does not end`);
  const folders = [memoryFolderOf(folder), folder];
  for (const each of folders) await detachStacked(each);
  const { homes: left, problems: survivors } = await endLocalAws(folder);
  problems.push(...survivors);
  for (const home of localAwsHomes(folder, DEPTH)) {
    // Any port will do, because a running local AWS announces its own.
    const localAws: LocalAws = { home, port: 1, network: "" };
    // Without /proc, endLocalAws found nothing. stopLocalAws asks the local AWS itself whether it runs.
    const stop = async (): Promise<void> => {
      if (await stopLocalAws(localAws)) left.push(home);
      // Without machines it has only files, which are removed with the folder.
      if (existsSync(path.join(home, "instances"))) await cleanLocalAws(localAws, serverProgram(localAws));
    };
    await stop().catch((error: Error) => problems.push(error.message));
  }
  for (const each of folders) {
    const mounted = await releaseMounts(each);
    // Do not remove a folder with a mount: that would delete the files on the mounted file system.
    if (mounted.length > 0) {
      const [first] = mounted;
      problems.push(
        `mounts are left at ${mounted.join(", ")}: ` +
          `end the processes that use them (fuser --mount --verbose ${first}), then umount`,
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
  // A machine's scripts make a mount point immutable, so that it stays empty.
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
