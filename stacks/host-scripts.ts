import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const hosts = resolve(__dirname, "../scripts/machine");

/** Copies that this process has made, by folder. */
const copies = new Map<string, string>();

/**
 * A folder with the scripts that run on one kind of host, for an asset. It holds the files of that kind's MANIFEST alone:
 * an editor's backup beside them would change the asset's hash, and every machine would get the scripts again.
 *
 * @param kind folder below scripts/machine
 * @param folder folder of all kinds. @default scripts/machine
 * @returns a copy that lasts as long as this process
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
