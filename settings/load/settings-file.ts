import { readFileSync, statSync } from "node:fs";
import { UserError } from "../user-error";
import { plainYaml } from "./plain-yaml";
import { shown } from "./problems";

/** A settings file has a page or two. A larger file is not a settings file. */
const maxKiB = 256;

/** Sections and settings as written, before validation. */
export type Tree = Readonly<Record<string, unknown>>;

/**
 * Reads a settings file.
 *
 * @param name the file's name in messages
 * @throws UserError with one sentence if it cannot be read or holds no sections of settings
 */
export function readSettingsFile(path: string, name: string): Tree {
  const source = text(path, name);
  let tree: unknown;
  try {
    tree = plainYaml(source) ?? {};
  } catch (error) {
    throw new UserError(`${name}: expected YAML, got ${(error as Error).message}`);
  }
  if (!isTree(tree)) throw new UserError(`${name}: expected sections of settings, got ${shown(tree)}`);
  return tree;
}

/** Whether a value is a section: it has keys, and is not a list. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(path: string, name: string): string {
  try {
    const found = statSync(path);
    // Reading a pipe or a device may never end.
    if (!found.isFile() && !found.isDirectory()) throw new Error("a pipe or a device");
    const { size } = found;
    if (size > maxKiB * 1024) {
      throw new UserError(`${name}: expected at most ${maxKiB} KiB of settings, got ${Math.ceil(size / 1024)} KiB`);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: expected to read the file, got ${(error as Error).message}`);
  }
}
