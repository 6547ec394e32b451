import { describe, expect, it } from "vitest";
import { type VolumeNumbers, volumeProblems } from "../../../stacks/ebs/volume-limits";

type Row = [type: VolumeNumbers["volumeType"], size: number, iops: number, throughput: number];

const volume = ([volumeType, volumeSizeGiB, iops, throughputMiBps]: Row): VolumeNumbers => ({
  volumeType,
  volumeSizeGiB,
  iops,
  throughputMiBps,
});

describe("volumeProblems", () => {
  it.each<Row>([
    ["gp3", 1, 3000, 125],
    ["gp3", 65536, 80000, 1000],
    ["gp3", 8, 4000, 1000],
    ["gp2", 1, 3000, 125],
    ["gp2", 16384, 3000, 125],
    ["io1", 4, 200, 125],
    ["io1", 16384, 64000, 125],
    ["io2", 4, 4000, 125],
    ["io2", 65536, 256000, 125],
    ["st1", 125, 3000, 125],
    ["st1", 16384, 3000, 125],
    ["sc1", 125, 3000, 125],
    ["sc1", 16384, 3000, 125],
  ])("accepts %s of %i GiB with %i IOPS and %i MiB/s", (...row) => {
    expect(volumeProblems(volume(row))).toEqual([]);
  });

  it.each<Row>([
    ["gp2", 100, 100, 2000],
    ["st1", 500, 256000, 2000],
    ["sc1", 500, 256000, 2000],
    ["io1", 100, 5000, 2000],
    ["io2", 100, 5000, 2000],
  ])("ignores numbers that the type does not have: %s of %i GiB with %i IOPS and %i MiB/s", (...row) => {
    expect(volumeProblems(volume(row))).toEqual([]);
  });

  it.each<[Row, ...ReturnType<typeof volumeProblems>]>([
    [["gp3", 0, 3000, 125], { key: "volumeSizeGiB", expected: "1 to 65536 GiB for volume type gp3" }],
    [["gp3", 65537, 3000, 125], { key: "volumeSizeGiB", expected: "1 to 65536 GiB for volume type gp3" }],
    [
      ["gp3", 100, 2999, 125],
      { key: "iops", expected: "3000 to 50000 for volume type gp3 with 100 GiB (500 per GiB)" },
    ],
    [["gp3", 9, 4501, 125], { key: "iops", expected: "3000 to 4500 for volume type gp3 with 9 GiB (500 per GiB)" }],
    [
      ["gp3", 1000, 80001, 125],
      { key: "iops", expected: "3000 to 80000 for volume type gp3 with 1000 GiB (500 per GiB)" },
    ],
    [
      ["gp3", 1000, 80000, 1001],
      { key: "throughputMiBps", expected: "125 to 1000 MiB/s for volume type gp3 with 80000 IOPS" },
    ],
    [
      ["gp3", 1000, 3000, 751],
      { key: "throughputMiBps", expected: "125 to 750 MiB/s for volume type gp3 with 3000 IOPS" },
    ],
    [
      ["gp3", 1000, 3000, 124],
      { key: "throughputMiBps", expected: "125 to 750 MiB/s for volume type gp3 with 3000 IOPS" },
    ],
    [["gp2", 16385, 3000, 125], { key: "volumeSizeGiB", expected: "1 to 16384 GiB for volume type gp2" }],
    [["io1", 3, 100, 125], { key: "volumeSizeGiB", expected: "4 to 16384 GiB for volume type io1" }],
    [["io1", 10, 501, 125], { key: "iops", expected: "100 to 500 for volume type io1 with 10 GiB (50 per GiB)" }],
    [["io1", 10, 99, 125], { key: "iops", expected: "100 to 500 for volume type io1 with 10 GiB (50 per GiB)" }],
    [
      ["io1", 2000, 64001, 125],
      { key: "iops", expected: "100 to 64000 for volume type io1 with 2000 GiB (50 per GiB)" },
    ],
    [["io2", 3, 3000, 125], { key: "volumeSizeGiB", expected: "4 to 65536 GiB for volume type io2" }],
    [["io2", 10, 10001, 125], { key: "iops", expected: "100 to 10000 for volume type io2 with 10 GiB (1000 per GiB)" }],
    [
      ["io2", 500, 256001, 125],
      { key: "iops", expected: "100 to 256000 for volume type io2 with 500 GiB (1000 per GiB)" },
    ],
    [["st1", 124, 3000, 125], { key: "volumeSizeGiB", expected: "125 to 16384 GiB for volume type st1" }],
    [["st1", 16385, 3000, 125], { key: "volumeSizeGiB", expected: "125 to 16384 GiB for volume type st1" }],
    [["sc1", 124, 3000, 125], { key: "volumeSizeGiB", expected: "125 to 16384 GiB for volume type sc1" }],
    [["sc1", 16385, 3000, 125], { key: "volumeSizeGiB", expected: "125 to 16384 GiB for volume type sc1" }],
  ])("fails for %j", (row, ...problems) => {
    expect(volumeProblems(volume(row))).toEqual(problems);
  });
});
