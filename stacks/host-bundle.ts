import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ScriptArchive } from "../modules/provisioning/script-bundle";
import { type ArchiveFile, tarArchive } from "../modules/provisioning/tar-archive";
import { hostScripts } from "./host-scripts";
import { temporaryFolder } from "./temporary-folder";

/** Bundles that this process has made, by their kinds. */
const bundles = new Map<string, ScriptArchive>();

/**
 * Packs the scripts for one or more kinds of host, for machines that fetch them at their first boot. In the archive,
 * each kind is a folder of its name.
 *
 * @param kinds folders below scripts/machine
 * @returns the archive, which exists until this process exits, and the program that fetches it
 * @throws UserError with one sentence for a file that is missing, or a temporary folder that cannot be written
 */
export function hostBundle(...kinds: readonly string[]): ScriptArchive {
  const known = bundles.get(kinds.join());
  if (known !== undefined) return known;
  const archive = tarArchive(kinds.flatMap(filesOf));
  const bundle = {
    file: join(temporaryFolder(), "scripts.tar"),
    sha256: createHash("sha256").update(archive).digest("hex"),
    fetchProgram: readFileSync(join(hostScripts("first-boot"), "fetch_bundle.py"), "utf8"),
  };
  writeFileSync(bundle.file, archive);
  bundles.set(kinds.join(), bundle);
  return bundle;
}

function filesOf(kind: string): ArchiveFile[] {
  const folder = hostScripts(kind);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: `${kind}${file.slice(folder.length).replaceAll("\\", "/")}`,
      contents: readFileSync(file),
    }));
}
