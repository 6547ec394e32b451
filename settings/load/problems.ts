import type { z } from "zod";
import { innerFields } from "../fields/unwrapped";
import { UserError } from "../user-error";
import { type UnknownVariable, variableName } from "./environment-variables";
import { renamed } from "./renamed";

/** One problem: the path of its setting, and a sentence with its name, what was expected and what was found. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly sentence: string;
}

/** A message quotes at most this many characters of a value. Its author recognizes it by the beginning. */
const maxShown = 200;

/** Path of a setting as people write it: `ssh.allowFrom[0]`. */
function settingName(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index ? "." : ""}${printable(String(key))}`))
    .join("");
}

/**
 * The problems of one validation, but only the first of each setting. A number outside its own limits is also outside
 * the limits that other settings give it. Each unknown key is one problem, which lists the section's keys.
 */
export function describeProblems(error: z.ZodError, input: unknown, schema: z.ZodObject): Problem[] {
  const first = new Map<string, Problem>();
  for (const problem of allProblems(error, input, schema)) {
    const name = settingName(problem.path);
    if (!first.has(name)) first.set(name, problem);
  }
  return [...first.values()];
}

function allProblems(error: z.ZodError, input: unknown, schema: z.ZodObject): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys") {
      const known = Object.keys(sectionAt(schema, issue.path)?.shape ?? {});
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        const name = settingName(path);
        const now = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
        const expected = `expected one of ${known.join(", ")}${didYouMean(key, known)}`;
        return { path, sentence: `${name}: no such setting; ${now === undefined ? expected : `it is ${now} now`}` };
      });
    }
    // A rule about a key passes the key itself as `got`, since the value at that path is not the problem.
    const got: unknown =
      issue.code === "custom" && issue.params?.["got"] !== undefined ? issue.params["got"] : valueAt(input, issue.path);
    return [{ path: issue.path, sentence: `${settingName(issue.path)}: expected ${issue.message}, got ${shown(got)}` }];
  });
}

/** The problem with a variable that names no setting. */
export function noSuchVariable({ variable, siblings, all }: UnknownVariable): string {
  const found = Object.entries(renamed).find(([old]) => variableName(old.split(".")) === variable);
  if (found) return `${variable}: no such setting; it is ${variableName(found[1].split("."))} now`;
  const known = siblings.length > 0 ? siblings : all;
  const fix = siblings.length > 0 ? `expected one of ${siblings.join(", ")}` : "docs/settings.md lists them all";
  return `${printable(variable)}: no such setting; ${fix}${didYouMean(variable, known)}`;
}

/** End of a sentence that names up to three settings whose names have every word of the one that was written. */
function didYouMean(written: string, known: readonly string[]): string {
  const words = written.match(/[A-Z]?[a-z]+|[A-Z\d]+/g) ?? [];
  const close = known.filter((name) => {
    const letters = name.replaceAll("_", "").toLowerCase();
    return words.every((word) => letters.includes(word.toLowerCase()));
  });
  return words.length === 0 || close.length === 0 || close.length > 3 ? "" : `; did you mean ${close.join(" or ")}?`;
}

/** The error that ends a run with wrong settings. Its message lists every problem, one a line. */
export function settingsError(problems: readonly string[]): UserError {
  const count = problems.length === 1 ? "one setting is wrong" : `${problems.length} settings are wrong`;
  return new UserError([`${count}:`, ...problems.map((problem) => `  ${problem}`)].join("\n"));
}

/** The fix for a default that does not fit: where to set another value. */
export function whereToSet(environment: string): string {
  return environment === "default"
    ? "write settings/<name>.yaml and set WORKBENCH_ENV=<name>"
    : `set it in settings/${environment}.yaml`;
}

/** A value as messages show it. */
export function shown(value: unknown): string {
  const json = value === undefined ? "nothing" : JSON.stringify(value);
  return json.length > maxShown ? `${json.slice(0, maxShown)}…` : json;
}

/** A name as it is, or quoted if it would move a terminal's cursor or end a line. */
export function printable(name: string): string {
  return /\p{C}/u.test(name) ? shown(name) : name;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
}

function sectionAt(schema: z.ZodObject, path: readonly PropertyKey[]): z.ZodObject | undefined {
  return path.reduce<z.ZodType | undefined>((field, key) => {
    const inner = field && innerFields(field);
    return inner?.shape?.[String(key)] ?? inner?.element ?? inner?.valueType;
  }, schema) as z.ZodObject | undefined;
}
