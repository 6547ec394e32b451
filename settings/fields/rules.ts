import { z } from "zod";

/** A value with parts that may be missing. */
export type RightParts<T> = T extends readonly (infer Item)[]
  ? readonly (RightParts<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: RightParts<T[Key]> }
    : T;

/** Reports one setting that breaks a rule: its path, its value, and the phrase that completes "expected …". */
export type Report = (path: readonly (string | number)[], got: unknown, expected: string) => void;

type Issues = readonly { readonly code?: string; readonly path?: readonly PropertyKey[] }[];

/**
 * A rule about several settings of a section. It runs even if other settings are wrong, so that all problems are
 * reported at once. It sees only valid values, so that one mistake is reported once.
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

/** `value` without the parts that `issues` name; undefined if they name the whole value. */
export function rightParts<T>(value: unknown, issues: Issues): RightParts<T> | undefined {
  // An unknown key does not make the known keys wrong.
  const wrong = issues.filter(({ code }) => code !== "unrecognized_keys");
  return wrong.reduce((right, { path = [] }) => without(right, path), value) as RightParts<T> | undefined;
}

function without(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (key === undefined) return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? without(item, rest) : item));
  return { ...value, [key]: without((value as Record<PropertyKey, unknown>)[key], rest) };
}
