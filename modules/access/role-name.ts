import { shortName } from "../short-name";

/** IAM's limit, in characters. */
const LONGEST = 64;

/** The name of a role: `name` itself, or its beginning and a hash of it if IAM does not take that many characters. */
export function roleName(name: string): string {
  return shortName(name, LONGEST);
}
