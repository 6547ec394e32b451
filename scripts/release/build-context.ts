import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import dockerignore from "@balena/dockerignore";
import { CommandError } from "../support/command-error";

/** A folder that Docker can build an image of. */
export interface BuildContext {
  readonly folder: string;
  /** 16 hexadecimal digits: the same for the same files, whoever has them and wherever they are. */
  readonly fingerprint: string;
}

/** How to fingerprint a context. */
export interface FingerprintOptions {
  /** What else makes another image, such as the platform. */
  readonly salt: readonly string[];
}

/**
 * Reads a context as Docker does: without what .dockerignore names. Two contexts with the same names, contents, links
 * and executable files have the same fingerprint. Times and owners do not count: git keeps neither.
 *
 * @throws CommandError one sentence: no such folder, no Dockerfile, or a file that cannot be read
 */
export async function readBuildContext(folder: string, { salt }: FingerprintOptions): Promise<BuildContext> {
  const dockerfile = await readDockerfile(folder);
  const rules = await readRules(folder);
  const hash = createHash("sha256").update(JSON.stringify([...salt, dockerfile]));
  try {
    await addFolder(hash, folder, "", rules);
  } catch (error) {
    throw new CommandError(
      `--context: expected files that can be read, got ${(error as Error).message}; ` +
        "make it readable, or name it in .dockerignore",
    );
  }
  return { folder, fingerprint: hash.digest("hex").slice(0, 16) };
}

/** @throws CommandError one sentence: no such folder, or no Dockerfile */
export async function readDockerfile(folder: string): Promise<string> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new CommandError(`--context: expected a folder, got ${folder}`);
  const dockerfile = await readFile(path.join(folder, "Dockerfile"), "utf8").catch(() => undefined);
  if (dockerfile !== undefined) return dockerfile;
  throw new CommandError(`--context: expected a Dockerfile in ${folder}, got none; write one, or name another folder`);
}

/** What of a context Docker leaves out. */
interface Rules {
  readonly leavesOut: (file: string) => boolean;
  /** Whether something in a folder that is left out may be taken in again. */
  readonly hasExceptions: boolean;
}

/** A file beside the Dockerfile with its name counts before .dockerignore. Source: Docker's docs (read 2026-11). */
async function readRules(folder: string): Promise<Rules> {
  const read = (name: string) => readFile(path.join(folder, name), "utf8").catch(() => undefined);
  const text = (await read("Dockerfile.dockerignore")) ?? (await read(".dockerignore")) ?? "";
  const lines = text.split(/\r?\n/);
  const rules = dockerignore({ ignorecase: false }).add(lines);
  return {
    leavesOut: (file) => rules.ignores(file),
    hasExceptions: lines.some((line) => line.trim().startsWith("!")),
  };
}

async function addFolder(hash: Hash, root: string, folder: string, rules: Rules): Promise<void> {
  const names = (await readdir(path.join(root, folder))).sort();
  for (const name of names) {
    const file = path.posix.join(folder, name);
    const isLeftOut = rules.leavesOut(file);
    const found = await lstat(path.join(root, file));
    if (found.isDirectory()) {
      if (isLeftOut && !rules.hasExceptions) continue;
      if (!isLeftOut) hash.update(JSON.stringify(["folder", file]));
      await addFolder(hash, root, file, rules);
    } else if (!isLeftOut) {
      if (found.isSymbolicLink()) hash.update(JSON.stringify(["link", file, await readlink(path.join(root, file))]));
      else if (found.isFile()) await addFile(hash, root, file, (found.mode & 0o100) !== 0);
    }
  }
}

async function addFile(hash: Hash, root: string, file: string, isExecutable: boolean): Promise<void> {
  const content = createHash("sha256");
  await pipeline(createReadStream(path.join(root, file)), content);
  hash.update(JSON.stringify(["file", file, isExecutable, content.digest("hex")]));
}
