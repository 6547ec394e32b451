import type { z } from "zod";
import { unwrapped } from "../fields/unwrapped";
import { plainYaml } from "./plain-yaml";

const prefix = "WORKBENCH_";

/** Variables with our prefix that are not settings: they select the settings. */
const notSettings = new Set(["WORKBENCH_ENV"]);

/** A setting that an environment variable can set. */
interface SettingVariable {
  readonly variable: string;
  readonly path: readonly string[];
  /** Whether its value is text, or one of a few words. */
  readonly isText: boolean;
  readonly description: string | undefined;
}

/**
 * Name of the variable that sets the setting at `path`: `ebs.volumeSizeGiB` is `WORKBENCH_EBS_VOLUME_SIZE_GIB`. A shell
 * accepts no hyphen in a name, so the section of a stack such as `graph-data` begins with `WORKBENCH_GRAPH_DATA_`.
 */
export function variableName(path: readonly string[]): string {
  const words = path.map((key) =>
    key
      .replace("GiB", "Gib")
      .replace("MiB", "Mib")
      .replaceAll("-", "_")
      .replace(/[A-Z]/g, (letter) => `_${letter}`),
  );
  return prefix + words.join("_").toUpperCase();
}

/** Every setting of `schema` that a variable can set. Sections are left out. */
export function settingVariables(schema: z.ZodObject, path: readonly string[] = []): SettingVariable[] {
  return Object.entries(schema.shape).flatMap(([key, field]) => {
    const here = [...path, key];
    return field.def.type === "object"
      ? settingVariables(field as z.ZodObject, here)
      : [{ variable: variableName(here), path: here, isText: isText(field), description: field.description }];
  });
}

function isText(field: z.ZodType): boolean {
  return ["string", "enum"].includes(unwrapped(field).def.type);
}

/** Values that the environment sets, by path, and variables with our prefix that name no setting. */
export interface VariableSettings {
  readonly values: readonly { readonly variable: string; readonly path: readonly string[]; readonly value: unknown }[];
  readonly unknown: readonly UnknownVariable[];
}

/** A variable with our prefix that names no setting. */
export interface UnknownVariable {
  readonly variable: string;
  /** The variables of the section with which its name begins. Empty if there is none. */
  readonly siblings: readonly string[];
  /** Every variable that names a setting. */
  readonly all: readonly string[];
}

/**
 * Reads `WORKBENCH_…` variables. A value is YAML, so it can be a list or a number (`[203.0.113.7/32]`, `200`). An empty
 * value is null. A text setting takes its value literally, even if YAML would read a number or a flag: a profile can be
 * called 123.
 */
export function readVariables(schema: z.ZodObject, environment: NodeJS.ProcessEnv): VariableSettings {
  const known = new Map(settingVariables(schema).map((setting) => [setting.variable, setting]));
  const ours = Object.keys(environment).filter((name) => name.startsWith(prefix) && !notSettings.has(name));
  return {
    values: ours.flatMap((variable) => {
      const setting = known.get(variable);
      if (!setting) return [];
      const text = environment[variable] ?? "";
      const value = parseValue(text);
      return [{ variable, path: setting.path, value: setting.isText && value !== null ? asText(value, text) : value }];
    }),
    unknown: ours
      .filter((name) => !known.has(name))
      .sort()
      .map((variable) => ({ variable, siblings: siblingsOf(variable, schema), all: [...known.keys()] })),
  };
}

/** The variables of the innermost section with which the name begins. */
function siblingsOf(variable: string, schema: z.ZodObject, path: readonly string[] = []): string[] {
  const sections = Object.entries(schema.shape)
    .filter(([, field]) => field.def.type === "object")
    .map(([key, field]) => ({ section: field as z.ZodObject, here: [...path, key] }))
    .filter(({ here }) => `${variable}_`.startsWith(`${variableName(here)}_`))
    // With the sections `graph` and `graph-data`, the longer name is the section's.
    .sort((a, b) => variableName(b.here).length - variableName(a.here).length);
  const [inner] = sections;
  if (inner !== undefined) return siblingsOf(variable, inner.section, inner.here);
  return path.length === 0 ? [] : settingVariables(schema, path).map((setting) => setting.variable);
}

/** Parses a value as YAML. Invalid YAML stays text, and the schema judges it. */
function parseValue(value: string): unknown {
  try {
    return plainYaml(value) ?? null;
  } catch {
    return value;
  }
}

function asText(value: unknown, written: string): string {
  return typeof value === "string" ? value : written;
}
