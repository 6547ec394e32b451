import type { Socket } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { projectRoot } from "../support/project";

/** Reads until the input ends, which happens when its starter ends. Then sweeps, if the folder still exists. */
const WATCH = 'cat > /dev/null; [ ! -e "$0" ] || exec "$1" --import tsx "$2" "$3" "$0"';

/**
 * Has another process sweep a place when this one ends. Ctrl-C and SIGKILL leave this process no time to clean up.
 *
 * @param number of the place
 * @param folder of its holder. If that is gone, there is nothing to sweep
 * @returns a function that calls it off
 */
export function sweepWhenGone(number: number, folder: string): () => void {
  const sweeper = path.join(projectRoot, "scripts", "testing", "sweep-place.ts");
  const watcher = execa("sh", ["-c", WATCH, folder, process.execPath, sweeper, String(number)], {
    cwd: projectRoot,
    // A session of its own, so that the terminal's Ctrl-C does not reach it.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    // Not the test's TMPDIR: the sweep kills every process that has it.
    env: { TMPDIR: path.dirname(folder) },
    reject: false,
  });
  // Do not wait for the watcher when this process ends.
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => {
    // The folder is gone, so the watcher finds nothing to sweep, and ends.
    watcher.stdin.end();
  };
}
