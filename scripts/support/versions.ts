// One by one: all of semver takes three times as long to load.
import coerce from "semver/functions/coerce.js";
import gte from "semver/functions/gte.js";

/**
 * Is a version, as a program says it (`1.16.0`, `3.11`, `1.12.0-beta1`), at least another one? A pre-release counts as what it
 * will be, and what is no version as too old.
 */
export function isAtLeast(version: string, oldest: string): boolean {
  const [is, wanted] = [coerce(version), coerce(oldest)];
  return is !== null && wanted !== null && gte(is, wanted);
}
