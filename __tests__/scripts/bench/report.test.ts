import { describe, expect, test } from "vitest";
import {
  describeExpectation,
  describeShares,
  describeTime,
  growthTable,
  type Line,
  synthTable,
} from "../../../scripts/bench/report";

const summary = { minMs: 100.4, medianMs: 12_340, cpuMs: 90, peakMiB: 70.6 };
const line: Line = { name: "a program", summary, limits: "waiting 100 %" };

/** The words of a table, without its borders. */
const oneLine = (table: string) => table.replaceAll(/[\s│]+/g, " ");

describe("an expectation", () => {
  test.each([
    [{ atMost: 2.5 }, 2.5, "≤ 2.5 ×: met"],
    [{ atMost: 2.5 }, 2.51, "≤ 2.5 ×: MISSED"],
    [{ atLeast: 3 }, 3, "≥ 3 ×: met"],
    [{ atLeast: 3 }, 2.99, "≥ 3 ×: MISSED"],
  ])("%j of %d is %s", (expected, times, words) => {
    expect(describeExpectation(expected, times)).toBe(words);
  });
});

test("a line shows its times, its ratio, and what limits it", () => {
  const { text, missed } = synthTable([
    { ...line, compared: { base: "floor", times: 2.345 }, expected: { atMost: 2 } },
    { ...line, compared: { base: "floor", times: 2.345 }, expected: { atLeast: 2 } },
  ]);
  expect(missed).toBe(1);
  for (const words of [
    "a program",
    "100 ms",
    "12.3 s",
    "90 ms",
    " 71 ",
    "2.35 × the floor",
    "MISSED",
    "waiting 100 %",
  ]) {
    expect(text).toContain(words);
  }
});

test("a line with nothing to compare with has no ratio", () => {
  expect(synthTable([line])).toEqual({ text: expect.not.stringContaining("×"), missed: 0 });
});

test("the growth table shows the cost of each further copy, and whether growth is linear", () => {
  const sizes = [1, 10, 50, 100].map((copies) => ({ copies, summary: { ...summary, cpuMs: 600 + 30 * copies } }));
  const { text, missed } = growthTable(sizes, "synthesis 60 %");
  expect(text.match(/\b30\.0\b/g)).toHaveLength(3);
  expect(oneLine(text)).toContain("met");
  expect(missed).toBe(0);
});

test("growth that is not linear misses the expectation", () => {
  const sizes = [1, 10, 50, 100].map((copies) => ({ copies, summary: { ...summary, cpuMs: copies ** 2 } }));
  const { text, missed } = growthTable(sizes, "");
  expect(oneLine(text)).toContain("MISSED");
  expect(missed).toBe(1);
});

test("small shares are left out", () => {
  const shares = new Map([
    ["loading", 0.606],
    ["starting", 0.38],
    ["nothing much", 0.014],
  ]);
  expect(describeShares(shares)).toBe("loading 61 %, starting 38 %");
});

test.each([
  [999.6, "1000 ms"],
  [9999, "9999 ms"],
  [10_000, "10.0 s"],
])("%d ms is %s", (ms, words) => {
  expect(describeTime(ms)).toBe(words);
});
