import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const hosts = resolve(__dirname, "../scripts/machine");

/**
 * A folder with the scripts that run on one kind of host, for an asset. It holds the files of that folder's MANIFEST alone:
 * an editor's backup beside them would change the asset's hash, and with it every machine.
 *
 * @param kind folder below scripts/machine
 * @param folder that folder's own. @default scripts/machine
 * @returns a copy that lasts as long as this process
 */
export function hostScripts(kind: string, folder = hosts): string {
  const files = readFileSync(join(folder, kind, "MANIFEST"), "utf8")
    .trim()
    .split("\n");
  const copy = mkdtempSync(join(tmpdir(), "workbench-scripts-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  for (const file of files) cpSync(join(folder, kind, file), join(copy, file));
  return copy;
}
