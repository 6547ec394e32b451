import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { z } from "zod";
import { keyFileProblems } from "../../guards/key-files";
import { section } from "../fields/fields";
import { type FileSettings, type Settings, sectionsAgree, settingsSchema } from "../schema";
import { UserError } from "../user-error";
import { readVariables } from "./environment-variables";
import { describeProblems, printable, settingsError, shown, whereToSet } from "./problems";
import { type RightParts, rightParts, rule } from "./rules";
import { isTree, readSettingsFile, type Tree } from "./settings-file";

/** Where settings come from. */
export interface SettingsSource {
  /** Folder with default.yaml and <environment>.yaml. @default this folder */
  readonly directory?: string;
  /** Environment variables. @default those of this process */
  readonly environment?: NodeJS.ProcessEnv;
}

/** The longest name of the bucket that stack `state` makes, `<prefix>-state-<account>`, has 63 characters. */
const maxPrefixLength = 43;

const defaultsFile = "settings/default.yaml";

/**
 * The settings of one environment: default.yaml, then `<WORKBENCH_ENV>.yaml`, then `WORKBENCH_…` variables, validated.
 *
 * @throws one error that names every problem: file or variable, setting, what was expected, what was found.
 */
export function loadSettings(source: SettingsSource = {}): Settings {
  return load(settingsSchema, source, ({ ssh, project }, environment) => [
    ...(project === undefined ? [] : prefixProblems(project, environment)),
    ...keyFileProblems(ssh ?? {}),
  ]);
}

/**
 * Some sections of the settings alone, for what needs no others: the image needs nobody's address or key.
 *
 * @throws as {@link loadSettings}, for problems of these sections
 */
export function loadSections<K extends keyof FileSettings>(
  names: readonly K[],
  source: SettingsSource = {},
): Pick<FileSettings, K> {
  const shape = Object.fromEntries(names.map((name) => [name, settingsSchema.shape[name]]));
  const agree = rule((right, context) => sectionsAgree(right as RightParts<FileSettings>, context));
  return load(section(shape).check(agree), source) as unknown as Pick<FileSettings, K>;
}

function load<T extends z.ZodObject>(
  schema: T,
  source: SettingsSource,
  moreProblems: (right: RightParts<z.infer<T>>, environment: string) => string[] = () => [],
): z.infer<T> & { readonly environment: string } {
  const { directory = join(__dirname, ".."), environment = process.env } = source;
  const name = environment["WORKBENCH_ENV"] || "default";
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) throw noEnvironmentName(name);
  const files = name === "default" ? ["default.yaml"] : ["default.yaml", `${name}.yaml`];
  if (!existsSync(join(directory, files.at(-1) as string))) throw noSuchEnvironment(name, directory);

  const origin = new Map<string, string>();
  let merged: Tree = {};
  for (const file of files) {
    const tree = readSettingsFile(join(directory, file), `settings/${file}`);
    noteOrigin(origin, tree, `settings/${file}`);
    merged = merge(merged, tree);
  }
  const variables = readVariables(settingsSchema, environment);
  for (const { variable, path, value } of variables.values) {
    merged = merge(merged, nest(path, value));
    noteOrigin(origin, nest(path, value), variable);
  }

  const problems = variables.unknown.map(
    (variable) => `${printable(variable)}: no such setting; settings/default.yaml lists them all`,
  );
  const isWanted = (key: string): boolean => key in schema.shape || !(key in settingsSchema.shape);
  const wanted = Object.fromEntries(Object.entries(merged).filter(([key]) => isWanted(key)));
  const result = schema.safeParse(wanted);
  if (!result.success) {
    for (const { path, sentence } of describeProblems(result.error, wanted, schema)) {
      const from = whence(origin, path);
      // A default that fits no longer is replaced elsewhere: nobody edits that file.
      const fix = from === defaultsFile ? `; ${whereToSet(name)}` : "";
      problems.push(`${from ? `${from}: ` : ""}${sentence}${fix}`);
    }
  }
  const right = rightParts<z.infer<T>>(wanted, result.error?.issues ?? []);
  if (right) problems.push(...moreProblems(right, name));
  if (!result.success || problems.length > 0) throw settingsError(problems);
  return { ...result.data, environment: name };
}

function noEnvironmentName(name: string): UserError {
  return new UserError(
    `WORKBENCH_ENV: expected the name of an environment, of up to 40 lower-case letters, digits and dashes, got ${shown(name)}`,
  );
}

/** Names of roles and of the state bucket begin with project and environment, and have an end. */
function prefixProblems(project: string, environment: string): string[] {
  const prefix = `${project}-${environment}`;
  if (prefix.length <= maxPrefixLength) return [];
  return [
    `WORKBENCH_ENV: expected project and environment to have at most ${maxPrefixLength} characters together, got ${prefix.length} in "${prefix}"; shorten either`,
  ];
}

function noSuchEnvironment(name: string, directory: string): UserError {
  const known = readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.replace(/\.yaml$/, ""));
  const wanted = relative(process.cwd(), join(directory, `${name}.yaml`));
  return new UserError(
    `WORKBENCH_ENV: expected one of ${known.join(", ")}, got "${name}"; write ${wanted} to make it one`,
  );
}

/** Sections merge key by key; lists and values replace. */
function merge(under: Tree, over: Tree): Tree {
  const merged = Object.entries(over).map(([key, value]) => {
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    return [key, isTree(below) && isTree(value) ? merge(below, value) : value] as const;
  });
  return { ...under, ...Object.fromEntries(merged) };
}

function nest(path: readonly string[], value: unknown): Tree {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree;
}

/** Remembers for every setting in `tree` that it came from `from`, so that a problem can name its file or variable. */
function noteOrigin(origin: Map<string, string>, tree: Tree, from: string, path = ""): void {
  for (const [key, value] of Object.entries(tree)) {
    origin.set(path + key, from);
    if (isTree(value)) noteOrigin(origin, value, from, `${path}${key}.`);
  }
}

/** File or variable that a setting came from; undefined for one that is nowhere. */
function whence(origin: Map<string, string>, path: readonly PropertyKey[]): string | undefined {
  const inList = path.findIndex((key) => typeof key === "number");
  return origin.get((inList < 0 ? path : path.slice(0, inList)).join("."));
}
