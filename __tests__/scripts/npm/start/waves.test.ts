import { describe, expect, test } from "vitest";
import { inWaves } from "../../../../scripts/npm/start/waves";

const image = {
  folder: "f",
  setting: "s",
  ownValue: "o",
  fallbackValue: "i",
  accountValues: [],
  architectureSetting: "s",
  machines: () => ({ architecture: "amd64", mountPoint: "/data" }),
};
const data = { name: "data" };
const machine = { name: "machine", after: ["data"], needs: ["machines"] as const, image };
const alone = { name: "alone" };
const last = { name: "last", after: ["machine"] };
const stacks = [alone, data, machine, last];

describe("npm start deploys", () => {
  test("a stack after those in its `after`, and all others in parallel", () => {
    expect(inWaves(stacks, { withMachines: true, waitForImages: true })).toEqual([
      ["alone", "data"],
      ["machine"],
      ["last"],
    ]);
  });

  test("a stack after its image, even if it comes after no other stack", () => {
    const booting = { name: "booting", needs: ["machines"] as const, image };
    expect(inWaves([booting], { withMachines: true, waitForImages: true })).toEqual([[], ["booting"]]);
    expect(inWaves([booting], { withMachines: true, waitForImages: false })).toEqual([["booting"]]);
  });

  test("without machines, neither a stack that needs them, nor one that comes after it", () => {
    expect(inWaves(stacks, { withMachines: false, waitForImages: false })).toEqual([["alone", "data"]]);
  });
});
