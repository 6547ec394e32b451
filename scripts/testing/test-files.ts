import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "../support/command-error.ts";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * The kind of a test file, which decides who runs it:
 * - `fast`: pure logic and synthesis, mostly in milliseconds; what `npm run check` runs
 * - `slow`: disks, machines without an account, commands in processes of their own
 * - `lifecycle`: a story that deploys; each has a runner and a local AWS of its own
 * - `python`: the local AWS's own tests
 * - `deep`: what takes too long for `npm test`; `npm run test:deep` runs it
 */
export type Kind = "fast" | "slow" | "lifecycle" | "python" | "deep";

/** A test file. */
export interface TestFile {
  /** Path from the project's folder, with slashes. */
  readonly file: string;
  readonly kind: Kind;
}

function kindOf(file: string): Kind {
  if (file.endsWith(".py")) return "python";
  if (file.endsWith(".deep.test.ts")) return "deep";
  if (file.startsWith("__tests__/lifecycle/")) return "lifecycle";
  return file.endsWith(".slow.test.ts") || file.startsWith("__tests__/scripts/machine/data-volume/") ? "slow" : "fast";
}

/** Lists every test file, largest first. Large files take long, so they begin early. */
export function listTestFiles(): TestFile[] {
  const names = readdirSync(path.join(root, "__tests__"), { recursive: true, encoding: "utf8" });
  const files = names
    .filter((name) => /(\.test\.ts|(^|\/)test_\w+\.py)$/.test(name))
    .map((name) => `__tests__/${name.split(path.sep).join("/")}`);
  const sizes = new Map(files.map((file) => [file, read(file).length]));
  return files
    .sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0) || a.localeCompare(b))
    .map((file) => ({ file, kind: kindOf(file) }));
}

/** The files of a kind, for vitest's configuration. */
export function filesOfKind(kind: Kind): string[] {
  return listTestFiles()
    .filter((test) => test.kind === kind)
    .map(({ file }) => file);
}

/** The tags of a file, from its comments: `@module-tag ebs`. vitest reads them too. */
export function tagsOf(file: string): string[] {
  return [...read(file).matchAll(/^\s*\*\s*@module-tag\s+([\w-]+)/gm)].map(([, tag = ""]) => tag);
}

/** What a story needs. */
export interface StoryNeeds {
  /** Memory at its peak. */
  readonly memoryMiB: number;
  /** How long it takes when nothing else runs. Long stories begin first. */
  readonly minutes: number;
}

/**
 * Reads the needs that a story declares in its comments: `@memory 1200 MiB` and `@minutes 5`.
 *
 * @throws CommandError when a declaration is missing
 */
export function storyNeeds(file: string): StoryNeeds {
  const text = read(file);
  const number = (pattern: RegExp, wanted: string): number => {
    const [, found] = pattern.exec(text) ?? [];
    if (found === undefined) throw new CommandError(`${file}: expected "${wanted}" in its first comment, got none`);
    return Number(found);
  };
  return {
    memoryMiB: number(/^\s*\*\s*@memory\s+(\d+) MiB$/m, "@memory <number> MiB"),
    minutes: number(/^\s*\*\s*@minutes\s+(\d+)$/m, "@minutes <number>"),
  };
}

function read(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}
