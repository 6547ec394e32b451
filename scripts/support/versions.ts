// One by one: all of semver takes three times as long to load.
import coerce from "semver/functions/coerce.js";
import gte from "semver/functions/gte.js";

/**
 * Is a version that a program printed (`1.16.0`, `3.11`, `1.12.0-beta1`) at least another one? A pre-release counts as
 * its release. Text that is no version counts as too old.
 */
export function isAtLeast(version: string, oldest: string): boolean {
  const [is, wanted] = [coerce(version), coerce(oldest)];
  return is !== null && wanted !== null && gte(is, wanted);
}
