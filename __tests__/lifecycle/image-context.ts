import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";

/**
 * Writes a context for `docker build` whose image needs no other one: programs of this computer with their libraries.
 *
 * @param folder of the context. It is made
 * @param instructions of the Dockerfile after those that copy the programs
 * @param programs absolute paths. @default the shell alone
 */
export async function writeContext(
  folder: string,
  instructions: readonly string[],
  programs: readonly string[] = ["/bin/sh"],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of new Set([...programs, ...(await librariesOf(programs))])) {
    cpSync(file, path.join(folder, "root", file), { dereference: true });
  }
  writeFileSync(path.join(folder, "Dockerfile"), ["FROM scratch", "COPY root /", ...instructions, ""].join("\n"));
}

async function librariesOf(programs: readonly string[]): Promise<string[]> {
  const { stdout } = await execa("ldd", programs);
  // "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)" and "/lib64/ld-linux-x86-64.so.2 (0x…)"
  return [...stdout.matchAll(/^\t(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, file = ""]) => file);
}
