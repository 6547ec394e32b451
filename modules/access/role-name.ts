import { createHash } from "node:crypto";

/** IAM's limit, in characters. */
const LONGEST = 64;
const HASH_DIGITS = 8;

/** The name of a role: `name` itself, or its beginning and a hash of it if IAM does not take that many characters. */
export function roleName(name: string): string {
  if (name.length <= LONGEST) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_DIGITS);
  return `${name.slice(0, LONGEST - HASH_DIGITS - 1)}-${hash}`;
}
