import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Volume } from "./volume";

/** Writes files of several sizes to a folder with a space in its name and syncs them; returns their checksums. */
export async function writeFiles(volume: Volume): Promise<string> {
  mkdirSync(volume.path("a folder"));
  for (const size of [0, 1, 4096, 100_001, 3_000_000]) {
    writeFileSync(volume.path(join("a folder", `${size} bytes`)), randomBytes(size), { flush: true });
  }
  await volume.machine.must("sync", "-f", volume.mountPoint);
  return sums(volume);
}

/** Checksums of all files that writeFiles wrote, one per line. */
export async function sums(volume: Volume): Promise<string> {
  const folder = volume.path("a folder");
  return readdirSync(folder)
    .sort()
    .map(
      (name) =>
        `${createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex")} ${name}`,
    )
    .join("\n");
}
