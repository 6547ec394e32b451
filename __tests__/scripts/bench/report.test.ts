import { describe, expect, test } from "vitest";
import {
  describeExpectation,
  describeShares,
  describeTime,
  growthTable,
  imageTable,
  type Line,
  startTable,
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

test.each([
  [60_000, "met (60 %)", 0],
  [40_000, "MISSED (40 %)", 1],
])("a deployment of 100 s with %d ms of the provider's waits: %s", (totalMs, verdict, missed) => {
  const steps = [{ title: "ec2", seconds: 53 }];
  const waits = { totalMs, longest: [{ type: "aws_instance", seconds: 10 }] };
  const report = startTable([
    { name: "fresh clone", wallMs: 300_000, steps },
    { name: "set up", wallMs: 100_000, steps, waits },
  ]);
  for (const words of ["fresh clone 300.0 s ec2 53 s", "100.0 s", verdict, "aws_instance 10 s"]) {
    expect(oneLine(report.text)).toContain(words);
  }
  expect(report.missed).toBe(missed);
});

test("a start that built the image shows the image's share of the time", () => {
  const steps = [
    { title: "image", seconds: 167 },
    { title: "ec2", seconds: 49 },
  ];
  const { text } = startTable([{ name: "set up", wallMs: 227_600, steps }]);
  expect(oneLine(text)).toContain("set up 227.6 s the image: 73 % of it image 167 s, ec2 49 s");
});

test("the build table shows the times of the parts, what limits the longest one, and the image's contents", () => {
  const part = (name: string, wallMs: number, cpuMs: number) => ({
    name,
    wallMs,
    cpuMs,
    stalledMs: 0,
    receivedBytes: 0,
  });
  const { text, missed } = imageTable({
    name: "workbench-1",
    wallMs: 40_000,
    parts: [part("boot", 9600, 1000), part("validate", 30_000, 24_000), part("a", 300, 10), part("b", 100, 10)],
    size: { baseKiB: 2048, addedKiB: 4096 },
    largest: [{ folder: "/usr/lib/jvm", kib: 1024 }],
  });
  expect(missed).toBe(0);
  for (const words of [
    "boot 9.6 s 24 % 1.0 s 0 MiB waiting",
    "validate 30.0 s 75 % 24.0 s 0 MiB the processor",
    "2 parts below a second 0.4 s 1 %",
    "all of it 40.0 s 100 % 25.0 s 0 MiB validate takes longest: the processor",
    "workbench-1 adds 4 MiB to the base's 2 MiB: /usr/lib/jvm 1 MiB.",
  ]) {
    expect(oneLine(text)).toContain(words);
  }
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
