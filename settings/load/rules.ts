import { z } from "zod";

/** A value of which any part may be missing. */
export type RightParts<T> = T extends readonly (infer Item)[]
  ? readonly (RightParts<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: RightParts<T[Key]> }
    : T;

type Issues = readonly { readonly code?: string; readonly path?: readonly PropertyKey[] }[];

/**
 * A rule about several settings of a section. It is asked whatever else is wrong, so that every problem is reported at once,
 * and told only what is right: nobody wants to hear what follows from a mistake.
 */
export function rule<T>(judge: (right: RightParts<T>, context: z.core.$RefinementCtx<T>) => void): z.core.$ZodCheck<T> {
  return z.superRefine<T>(
    (value, context) => {
      const right = rightParts<T>(value, context.issues);
      if (right) judge(right, context);
    },
    { when: () => true },
  );
}

/** `value` without what `issues` find wrong in it; undefined when it is wrong as a whole. */
export function rightParts<T>(value: unknown, issues: Issues): RightParts<T> | undefined {
  // A key that is unknown spoils none that is known.
  const wrong = issues.filter(({ code }) => code !== "unrecognized_keys");
  return wrong.reduce((right, { path = [] }) => without(right, path), value) as RightParts<T> | undefined;
}

function without(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (key === undefined) return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? without(item, rest) : item));
  return { ...value, [key]: without((value as Record<PropertyKey, unknown>)[key], rest) };
}
