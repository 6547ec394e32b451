import { cpSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../settings/user-error";
import { temporaryFolder } from "./temporary-folder";

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
 * @throws UserError with one sentence for a file that is missing, or a temporary folder that cannot be written
 */
export function hostScripts(kind: string, folder = hosts): string {
  const source = join(folder, kind);
  const known = copies.get(source);
  if (known !== undefined) return known;
  const files = listedFiles(source, `scripts/machine/${kind}/MANIFEST`);
  const copy = temporaryFolder();
  for (const file of files) cpSync(join(source, file), join(copy, file));
  copies.set(source, copy);
  return copy;
}

/**
 * The files that MANIFEST lists, relative to `source`.
 *
 * @param name path of MANIFEST in messages
 */
function listedFiles(source: string, name: string): string[] {
  const isFile = (file: string): boolean => statSync(join(source, file), { throwIfNoEntry: false })?.isFile() ?? false;
  if (!isFile("MANIFEST")) {
    throw new UserError(
      `${name}: expected the list of the scripts, got no file; write it, one file a line, or restore it with git checkout`,
    );
  }
  const files = readFileSync(join(source, "MANIFEST"), "utf8").trim().split("\n");
  const missing = files.filter((file) => !isFile(file));
  if (missing.length === 0) {
    refuseCarriageReturns(files, source, name);
    return files;
  }
  throw new UserError(
    `${name}: expected every file that it lists, got no ${missing.join(", no ")}; ` +
      "write it, restore it with git checkout, or remove its line",
  );
}

/** Git writes the line ends of Windows if it is set to, and editors do. Bash takes them for part of the last word. */
function refuseCarriageReturns(files: readonly string[], source: string, name: string): void {
  const wrong = files.filter((file) => readFileSync(join(source, file)).includes("\r\n"));
  if (wrong.length === 0) return;
  throw new UserError(
    `${name}: expected files with the line ends of Unix (LF), got those of Windows (CRLF) in ${wrong.join(", ")}; ` +
      "delete them, and restore them with git checkout, or convert them with dos2unix",
  );
}
