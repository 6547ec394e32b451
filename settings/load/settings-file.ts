import { readFileSync, statSync } from "node:fs";
import { fileProblem } from "../file-problem";
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
  if (!isTree(tree)) {
    throw new UserError(
      `${name}: expected sections of settings, got ${shown(tree)}; settings/default.yaml shows the sections`,
    );
  }
  return tree;
}

/** Whether a value is a section: it has keys, and is not a list. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(path: string, name: string): string {
  const cannotRead = (got: string, fix: string): UserError =>
    new UserError(`${name}: expected to read the file, got ${got}; ${fix}`);
  try {
    const found = statSync(path);
    // Reading a pipe or a device may never end.
    if (!found.isFile()) {
      throw cannotRead(found.isDirectory() ? "a folder" : "a pipe or a device", "put a settings file in its place");
    }
    if (found.size > maxKiB * 1024) {
      const got = `${Math.ceil(found.size / 1024)} KiB`;
      throw new UserError(`${name}: expected at most ${maxKiB} KiB of settings, got ${got}; keep only settings in it`);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    const got = fileProblem(error);
    if (got === undefined) throw error;
    throw cannotRead(
      got,
      got === "no permission" ? "make it readable for your user" : "put a settings file in its place",
    );
  }
}
