import type { z } from "zod";
import { reachOf } from "../fields/aws-names";
import type { Report } from "../fields/rules";
import { innerFields, unwrapped } from "../fields/unwrapped";

/**
 * Reports every value that `region` cannot use. Each field that names something in AWS has registered its rule in
 * {@link reachOf}.
 */
export function reportOutOfReach(schema: z.ZodObject, settings: unknown, region: string, report: Report): void {
  visit(schema, settings, [], (field, value, path) => {
    const expected = reachOf.get(field)?.elsewhere(value, region);
    if (expected !== undefined) report(path, value, expected);
  });
}

type Path = readonly (string | number)[];

/** Calls `each` for every text in `value`, with the field that describes it. */
function visit(wrapped: z.ZodType, value: unknown, path: Path, each: (f: z.ZodType, v: string, p: Path) => void): void {
  const field = unwrapped(wrapped);
  const { shape, element, valueType } = innerFields(field);
  if (typeof value === "string") each(field, value, path);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) if (element) visit(element, item, [...path, index], each);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const described = shape?.[key] ?? valueType;
      if (described) visit(described, inner, [...path, key], each);
    }
  }
}
