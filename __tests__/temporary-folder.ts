import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];

/**
 * Makes a folder that exists until the last hook of the test file has run.
 *
 * @param prefix of its name: "synth-"
 */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

/** Removes every folder made so far. The set-up of vitest calls this when a test file is done. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

// vitest runs no hook of a file whose tests are all skipped.
process.once("exit", removeTemporaryFolders);

// vitest ends its processes with SIGTERM, at which Node.js tells nobody of the exit. The program removes its own
// temporary folders then.
process.once("SIGTERM", () => {
  process.emit("exit", 0);
  process.kill(process.pid, "SIGTERM");
});
