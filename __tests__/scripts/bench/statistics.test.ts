import { expect, test } from "vitest";
import { median, ratio, summarize } from "../../../scripts/bench/statistics";

const run = (wallMs: number, cpuMs = 0, peakMiB = 0) => ({ wallMs, cpuMs, peakMiB });

test.each([
  [[5], 5],
  [[9, 1, 5], 5],
  [[4, 1, 2, 9], 3],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("a summary has the shortest and the median time, the least processor time, and the median peak", () => {
  expect(summarize([run(300, 90, 70), run(100, 80, 90), run(200, 85, 80)])).toEqual({
    minMs: 100,
    medianMs: 200,
    cpuMs: 80,
    peakMiB: 80,
  });
});

test("a ratio compares runs of the same round, so that a busy minute does not count", () => {
  const base = [run(100), run(1000), run(100)];
  const threeTimesThat = [run(300), run(3000), run(300)];
  expect(ratio(threeTimesThat, base)).toBe(3);
  expect(ratio([run(300), run(300), run(300)], base)).toBe(3);
});
