import { expect, test } from "vitest";
import { isAtLeast } from "../../../scripts/support/versions";

test.each([
  ["1.11", "1.11", true],
  ["1.11.0", "1.11", true],
  ["1.9.9", "1.11", false],
  ["2.0.0", "1.11", true],
  ["0.15.0", "1.11", false],
  ["v1.16.0", "1.16.0", true],
  ["1.15.9", "1.16.0", false],
  ["1.11.0-rc1", "1.11", true],
  ["1.11.0-rc1", "1.12", false],
  ["", "1.11", false],
  ["of an unknown version", "1.11", false],
])("%j is at least %s: %s", (version, oldest, expected) => {
  expect(isAtLeast(version, oldest)).toBe(expected);
});
