import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { z } from "zod";
import { section } from "../fields/fields";
import { type Report, type RightParts, rightParts, rule } from "../fields/rules";
import { UserError } from "../user-error";
import { defaultsOf } from "./defaults";
import { readVariables } from "./environment-variables";
import { describeProblems, noSuchVariable, settingsError, shown, whereToSet } from "./problems";
import { reportOutOfReach } from "./reach";
import { isTree, readSettingsFile, type Tree } from "./settings-file";

/** All sections, and the rules across them. */
export interface SettingsSchema<Schema extends z.ZodObject = z.ZodObject> {
  readonly sections: Schema;
  /** Sees only valid values. A missing value breaks no rule. */
  readonly rules: (right: RightParts<z.infer<Schema>>, report: Report) => void;
}

/** Where settings come from. */
export interface SettingsSource {
  /** Folder with `<environment>.yaml`. @default settings/ */
  readonly directory?: string;
  /** Environment variables. @default those of this process */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Characters of `<project>-<environment>`. A state bucket's name adds `-state-<account>`, and has at most 63. */
export const maxPrefixLength = 43;

const defaultsFile = "settings/default.yaml";

/**
 * Loads and validates sections of one environment's settings. `<WORKBENCH_ENV>.yaml` overrides the defaults, and
 * `WORKBENCH_…` variables override the file. Problems in other sections are ignored.
 *
 * @throws one error that names every problem: file or variable, setting, expected and actual value.
 */
export function loadSections<Schema extends z.ZodObject, K extends keyof Schema["shape"] & string>(
  { sections, rules }: SettingsSchema<Schema>,
  names: readonly K[],
  source: SettingsSource = {},
): Pick<z.infer<Schema>, K & keyof z.infer<Schema>> & { readonly environment: string } {
  const { directory = join(__dirname, ".."), environment = process.env } = source;
  const name = environment["WORKBENCH_ENV"] || "default";
  const { values, origin, problems } = read(sections, directory, name, environment);
  const isWanted = (key: string): boolean =>
    (names as readonly string[]).includes(key) || !Object.hasOwn(sections.shape, key);
  const wanted = Object.fromEntries(Object.entries(values).filter(([key]) => isWanted(key)));
  const schema = section(Object.fromEntries(names.map((key) => [key, sections.shape[key] as z.ZodType])));
  const agreement = rule<Tree>((right, context) => {
    const report: Report = (path, input, message) =>
      context.addIssue({ code: "custom", path: [...path], input, message });
    const { region } = (right["aws"] ?? {}) as { region?: string };
    if (region !== undefined) reportOutOfReach(schema, right, region, report);
    rules(right as RightParts<z.infer<Schema>>, report);
  });
  const result = schema.check(agreement).safeParse(wanted);
  if (!result.success) {
    for (const { path, sentence } of describeProblems(result.error, wanted, schema)) {
      const from = originOf(origin, path);
      // Users do not edit the defaults, so say where to set the value.
      const fix = from === defaultsFile ? `; ${whereToSet(name)}` : "";
      problems.push(`${from ? `${from}: ` : ""}${sentence}${fix}`);
    }
  }
  const { project } = rightParts<Tree>(wanted, result.error?.issues ?? []) ?? {};
  if (typeof project === "string") problems.push(...prefixProblems(project, name));
  if (!result.success || problems.length > 0) throw settingsError(problems);
  return { ...result.data, environment: name } as never;
}

/** Values before validation, the origin of each setting, and problems with variables that name no setting. */
interface Written {
  readonly values: Tree;
  readonly origin: ReadonlyMap<string, string>;
  readonly problems: string[];
}

function read(sections: z.ZodObject, directory: string, name: string, environment: NodeJS.ProcessEnv): Written {
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) throw noEnvironmentName(name);
  const origin = new Map<string, string>();
  let values: Tree = {};
  const add = (tree: Tree, from: string): void => {
    values = merge(values, tree);
    noteOrigin(origin, tree, from);
  };
  add(defaultsOf(sections), defaultsFile);
  if (name !== "default") {
    const file = join(directory, `${name}.yaml`);
    if (!existsSync(file)) throw noSuchEnvironment(name, directory);
    add(readSettingsFile(file, `settings/${name}.yaml`), `settings/${name}.yaml`);
  }
  const variables = readVariables(sections, environment);
  for (const { variable, path, value } of variables.values) add(nest(path, value), variable);
  return { values, origin, problems: variables.unknown.map(noSuchVariable) };
}

function noEnvironmentName(name: string): UserError {
  return new UserError(
    `WORKBENCH_ENV: expected an environment name of up to 40 lower-case letters, digits and dashes, got ${shown(name)}`,
  );
}

function prefixProblems(project: string, environment: string): string[] {
  const prefix = `${project}-${environment}`;
  if (prefix.length <= maxPrefixLength) return [];
  return [
    `WORKBENCH_ENV: expected project and environment to have at most ${maxPrefixLength} characters together, ` +
      `got ${prefix.length} in "${prefix}"; shorten either`,
  ];
}

function noSuchEnvironment(name: string, directory: string): UserError {
  const files = readdirSync(directory).filter((file) => file.endsWith(".yaml"));
  const known = files.map((file) => file.replace(/\.yaml$/, "")).sort();
  const wanted = relative(process.cwd(), join(directory, `${name}.yaml`));
  return new UserError(`WORKBENCH_ENV: expected one of ${known.join(", ")}, got "${name}"; create ${wanted} to add it`);
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

/** Records `from` as the origin of every setting in `tree`, so that a problem can name its file or variable. */
function noteOrigin(origin: Map<string, string>, tree: Tree, from: string, path = ""): void {
  for (const [key, value] of Object.entries(tree)) {
    origin.set(path + key, from);
    if (isTree(value)) noteOrigin(origin, value, from, `${path}${key}.`);
  }
}

/** File or variable that a setting comes from; undefined if nothing sets it. */
function originOf(origin: ReadonlyMap<string, string>, path: readonly PropertyKey[]): string | undefined {
  const inList = path.findIndex((key) => typeof key === "number");
  return origin.get((inList < 0 ? path : path.slice(0, inList)).join("."));
}
