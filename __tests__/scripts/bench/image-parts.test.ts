import { describe, expect, test } from "vitest";
import { type ImagePart, ImageParts, limitOf } from "../../../scripts/bench/image-parts";

const MIB = 2 ** 20;

test("each part has its own time, processor time and download, and a repeated part is added up", () => {
  // Clock, processor and network at the beginning of each part, and at the end of the last.
  const readings = [
    [0, 0, 0],
    [1000, 100, 10],
    [4000, 2100, 510],
    [4500, 2200, 510],
    [6500, 2300, 600],
  ] as const;
  let index = 0;
  const reading = () => readings[index] ?? [Number.NaN, Number.NaN, Number.NaN];
  const parts = new ImageParts(
    "boot",
    () => ({ cpuMs: reading()[1], stalledMs: reading()[1] / 10, receivedBytes: reading()[2] }),
    () => reading()[0],
  );
  for (const name of ["install-packages", "upload", "install-packages"]) {
    index += 1;
    parts.begin(name);
  }
  index += 1;
  expect(parts.end()).toEqual([
    { name: "boot", wallMs: 1000, cpuMs: 100, stalledMs: 10, receivedBytes: 10 },
    { name: "install-packages", wallMs: 5000, cpuMs: 2100, stalledMs: 210, receivedBytes: 590 },
    { name: "upload", wallMs: 500, cpuMs: 100, stalledMs: 10, receivedBytes: 0 },
  ]);
});

describe("what limits a part", () => {
  const part = (more: Partial<ImagePart>): ImagePart => ({
    name: "a part",
    wallMs: 10_000,
    cpuMs: 0,
    stalledMs: 0,
    receivedBytes: 0,
    ...more,
  });

  test.each([
    [{ cpuMs: 6000 }, "the processor"],
    [{ cpuMs: 4000, stalledMs: 2000 }, "the processor"],
    [{ cpuMs: 3000, stalledMs: 4000 }, "the processor, which it waits for 40 % of the time"],
    [{ cpuMs: 18_000, receivedBytes: 200 * MIB }, "the processor; it downloads 20.0 MiB/s at the same time"],
    [{ cpuMs: 5900, receivedBytes: 200 * MIB }, "its download, at 20.0 MiB/s"],
    [{ cpuMs: 5900, receivedBytes: MIB }, "waiting"],
  ])("%j: %s", (more, limit) => {
    expect(limitOf(part(more))).toBe(limit);
  });
});
