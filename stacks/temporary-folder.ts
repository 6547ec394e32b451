import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileProblem } from "../settings/file-problem";
import { UserError } from "../settings/user-error";

/**
 * Makes a folder for files that become assets. It exists until this process exits.
 *
 * @throws UserError with one sentence if the place for temporary files cannot be written
 */
export function temporaryFolder(): string {
  const folder = make();
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function make(): string {
  try {
    return mkdtempSync(join(tmpdir(), "workbench-scripts-"));
  } catch (error) {
    const problem = fileProblem(error);
    if (problem === undefined) throw error;
    throw new UserError(
      `TMPDIR: expected a folder that can be written, got ${tmpdir()} (${problem}); set TMPDIR to another`,
    );
  }
}
