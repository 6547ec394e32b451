import type { z } from "zod";
import type { Tree } from "./settings-file";

/**
 * Every setting of a section with its default.
 *
 * @throws if a setting has no default, which is a bug in the schema
 */
export function defaultsOf(section: z.ZodObject, name = ""): Tree {
  const entries = Object.entries(section.shape).map(([key, field]: [string, z.ZodType]) => {
    const path = `${name}${key}`;
    if (field.def.type === "object") return [key, defaultsOf(field as z.ZodObject, `${path}.`)];
    if (field.def.type !== "default") throw new Error(`${path}: expected .default(…) in its schema, got none`);
    return [key, (field as z.ZodDefault).def.defaultValue];
  });
  return Object.fromEntries(entries);
}
