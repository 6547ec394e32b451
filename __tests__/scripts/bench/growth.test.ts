import { expect, test } from "vitest";
import { linearity, msPerFurtherCopy } from "../../../scripts/bench/growth";

/** Sizes that each take 600 ms to start, plus `cost`. */
const sizes = (cost: (copies: number) => number) =>
  [1, 10, 50, 100].map((copies) => {
    const ms = 600 + cost(copies);
    return { copies, summary: { minMs: ms, medianMs: ms, cpuMs: ms, peakMiB: 100 } };
  });

test("the cost of a copy excludes the start", () => {
  const [one, ten] = sizes((copies) => 30 * copies);
  expect(one && ten && msPerFurtherCopy(one, ten)).toBe(30);
});

test("the same cost for each copy is linear growth", () => {
  expect(linearity(sizes((copies) => 30 * copies))).toMatchObject({ times: 1, met: true });
});

test("copies that get cheaper meet the expectation", () => {
  expect(linearity(sizes((copies) => 300 * Math.sqrt(copies))).met).toBe(true);
});

test("a cost per copy that rises with the number of copies is not linear growth", () => {
  expect(linearity(sizes((copies) => copies ** 2)).met).toBe(false);
});

test("fails with too few sizes", () => {
  expect(() => linearity(sizes(() => 0).slice(0, 2))).toThrow("growth: expected at least three sizes, got 2");
});
