import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const hosts = resolve(__dirname, "../scripts/machine");

/** Copies that this process has made, by folder. */
const copies = new Map<string, string>();

/**
 * Copies the scripts for one kind of host into a folder for an asset. The copy holds only the files in MANIFEST: an
 * editor's backup file would change the asset's hash, and so run the scripts again on every machine.
 *
 * @param kind folder below scripts/machine
 * @param folder the folder that holds it. @default scripts/machine
 * @returns path of the copy, which exists until this process exits
 */
export function hostScripts(kind: string, folder = hosts): string {
  const source = join(folder, kind);
  const known = copies.get(source);
  if (known !== undefined) return known;
  const copy = mkdtempSync(join(tmpdir(), "workbench-scripts-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  const files = readFileSync(join(source, "MANIFEST"), "utf8").trim().split("\n");
  for (const file of files) cpSync(join(source, file), join(copy, file));
  copies.set(source, copy);
  return copy;
}
