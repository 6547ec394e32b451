import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cleanLocalAws, stopLocalAws } from "../local-aws/control";
import type { LocalAws } from "../local-aws/environment";
import { findRunning } from "../local-aws/find-local-aws";
import { CommandError } from "../support/command-error";
import { releaseMounts } from "./release-mounts";

/** How deep below a test run's folder a test may have put a local AWS (pytest: run, session, test, home). */
const DEPTH = 5;

/** Makes the folder in which a test run keeps everything temporary, so that one place is swept afterwards. */
export function makeTemporaryDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), "workbench-test-"));
}

/**
 * Ends and removes what tests left in their folder: every local AWS in it with its machines and disks, every mount and
 * loop device, then the folder. Does nothing for tests that cleaned up, and everything for those that were interrupted.
 *
 * @returns the homes of the local AWSs that still ran
 * @throws CommandError when something stays mounted, or when a local AWS cannot be cleaned, after all others were; the
 *   folder then stays
 */
export async function sweep(directory: string): Promise<string[]> {
  const homes = localAwsHomes(directory, DEPTH);
  const left: string[] = [];
  const problems: string[] = [];
  for (const home of homes) {
    // The port is of no importance: a running one has announced its own.
    const localAws: LocalAws = { home, port: 1, network: "" };
    if (await findRunning(localAws)) left.push(home);
    await stopLocalAws(localAws)
      .then(() => cleanLocalAws(localAws))
      .catch((error: Error) => problems.push(error.message));
  }
  const mounted = await releaseMounts(directory);
  // Removing goes through a mount, into what is mounted there.
  if (mounted.length > 0) problems.push(`still mounted is ${mounted.join(", ")}`);
  if (problems.length > 0) throw new CommandError(`${directory} is not removed: ${problems.join("; ")}`);
  rmSync(directory, { recursive: true, force: true });
  return left;
}

function localAwsHomes(directory: string, depth: number): string[] {
  if (existsSync(path.join(directory, "server.lock"))) return [directory];
  if (depth === 0) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => localAwsHomes(path.join(directory, entry.name), depth - 1));
}
