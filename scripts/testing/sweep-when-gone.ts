import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import path from "node:path";
import { projectRoot } from "../support/project";

/** Waits for the end of its input, which is the end of whoever started it, then sweeps unless there is nothing to sweep. */
const WATCH = 'cat > /dev/null; [ ! -e "$0" ] || exec "$1" --import tsx "$2" "$0"';

/**
 * Has a folder swept once this process is gone, however it ends: Ctrl-C and SIGKILL leave it no time to clean up itself.
 *
 * @returns calls it off
 */
export function sweepWhenGone(directory: string): () => void {
  const sweeper = path.join(projectRoot, "scripts", "testing", "sweep-directory.ts");
  const watcher = spawn("sh", ["-c", WATCH, directory, process.execPath, sweeper], {
    cwd: projectRoot,
    // A session of its own, which a terminal's Ctrl-C does not reach.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // This process may end before it.
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => {
    watcher.kill();
  };
}
