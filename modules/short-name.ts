import { createHash } from "node:crypto";

const HASH_DIGITS = 8;

/** A name that AWS takes: `name` itself, or its beginning and a hash of it if it has more than `longest` characters. */
export function shortName(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_DIGITS);
  return `${name.slice(0, longest - HASH_DIGITS - 1)}-${hash}`;
}
