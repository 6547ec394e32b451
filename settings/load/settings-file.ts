import { readFileSync, statSync } from "node:fs";
import { UserError } from "../user-error";
import { plainYaml } from "./plain-yaml";
import { shown } from "./problems";

/** A settings file is a page or two; a larger one is some other file. */
const maxKiB = 256;

/** Sections and settings as they were written, not validated. */
export type Tree = Readonly<Record<string, unknown>>;

/**
 * What a settings file says.
 *
 * @param name the file as messages call it
 * @throws UserError one sentence when it cannot be read or holds no sections of settings
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

/** Whether a value has keys of its own: a section, not a list. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(path: string, name: string): string {
  try {
    const found = statSync(path);
    // Reading a pipe or a device could go on for ever.
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
