import type { z } from "zod";

/** The field inside `.nullable()` and `.default()`. */
export function unwrapped(field: z.ZodType): z.ZodType {
  const { innerType } = field.def as { innerType?: z.ZodType };
  return innerType === undefined ? field : unwrapped(innerType);
}

/** The fields of a section, of a list and of a record. */
interface InnerFields {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
}

/** The fields inside a field, however it is wrapped. */
export function innerFields(field: z.ZodType): InnerFields {
  return unwrapped(field) as InnerFields;
}
