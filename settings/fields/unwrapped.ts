import type { z } from "zod";

/** The field inside `.nullable()` and `.default()`. */
export function unwrapped(field: z.ZodType): z.ZodType {
  const { innerType } = field.def as { innerType?: z.ZodType };
  return innerType === undefined ? field : unwrapped(innerType);
}
