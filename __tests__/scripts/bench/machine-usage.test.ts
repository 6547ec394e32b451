import { expect, test } from "vitest";
import { carriedOn } from "../../../scripts/bench/machine-usage";

test("the usage of a machine still counts after it is gone and another starts", () => {
  const readings = [0, 40, 100, 0, 30, 5];
  const used = carriedOn(() => readings.shift() ?? Number.NaN);
  expect(Array.from({ length: 6 }, used)).toEqual([0, 40, 100, 100, 130, 135]);
});
