import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import path from "node:path";
import { projectRoot } from "../support/project";

/** Waits for the end of its input, which is the end of whoever started it, then sweeps unless there is nothing to sweep. */
const WATCH = 'cat > /dev/null; [ ! -e "$0" ] || exec "$1" --import tsx "$2" "$3" "$0"';

/**
 * Has a place swept once this process is gone, however it ends: Ctrl-C and SIGKILL leave it no time to clean up itself.
 *
 * @param number of the place
 * @param folder of its holder; once that is removed there is nothing to sweep
 * @returns calls it off
 */
export function sweepWhenGone(number: number, folder: string): () => void {
  const sweeper = path.join(projectRoot, "scripts", "testing", "sweep-place.ts");
  const watcher = spawn("sh", ["-c", WATCH, folder, process.execPath, sweeper, String(number)], {
    cwd: projectRoot,
    // A session of its own, which a terminal's Ctrl-C does not reach.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    // Not marked as part of the test, whose processes are ended by the sweep.
    env: { ...process.env, TMPDIR: path.dirname(folder) },
  });
  // This process may end before it.
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => {
    // The folder is gone: it finds nothing to sweep, and ends.
    watcher.stdin.end();
  };
}
