import { relative, resolve } from "node:path";
import { fileProblem } from "../settings/file-problem";
import type { CdktfCommand } from "./cdktf-command";

/**
 * One sentence for an error of writing the stacks' JSON: the folder, the reason and the fix. Undefined for every other
 * error.
 *
 * @param outdir the folder for the output
 * @param command the cdktf command that started this run. cdktf itself then sets CDKTF_OUTDIR
 */
export function outputProblem(error: unknown, outdir: string, command?: CdktfCommand): string | undefined {
  const problem = fileProblem(error);
  if (problem === undefined) return undefined;
  const { code, path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // Node does not name the file when a write fails, as it does on a full disk.
  const file = relative(outdir, resolve(dest ?? path ?? outdir));
  if (file.startsWith("..")) return undefined;
  const reason = file === "" && code === "ENOENT" ? "no folder can be made there" : problem;
  const where = file === "" ? "" : `: ${file}`;
  const fix = command ? "give cdktf another with --output" : "set CDKTF_OUTDIR to another";
  return `cdktf.out: expected a folder that can be written, got ${outdir || '""'} (${reason}${where}); ${fix}`;
}
