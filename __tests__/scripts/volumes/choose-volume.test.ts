import { describe, expect, it } from "vitest";
import { chooseVolume } from "../../../scripts/volumes/choose-volume";

const kept = () => ({ what: "the disks", setting: "x.preventDestroy", retire: [], consequence: "" });
const numberedVolumes = () => ({ count: { value: 2, setting: "x.volumes" }, identifyingTags: {} });
const one = { name: "one", keeps: kept };
const many = { name: "many", keeps: kept, numberedVolumes };
const none = { name: "none" };

describe("chooseVolume", () => {
  it("gives the definition and the number", () => {
    expect(chooseVolume([one, many], "many", "1")).toEqual({ definition: many, index: 1 });
  });

  it.each([
    [
      ["one", "1"],
      '--stack: expected a stack with numbered data volumes (many), got "one"; ' +
        "stacks/one/README.md says how to retire what that stack keeps",
    ],
    [["none", "1"], '--stack: expected a stack with numbered data volumes (many), got "none"'],
    [["nosuch", "1"], '--stack: expected a stack with numbered data volumes (many), got "nosuch"'],
    [
      ["many", "0"],
      '--index: expected the number of the last volume, from 1 to 9999, got "0"; ' +
        "volume 0 goes with its stack, and stacks/many/README.md says how to retire that",
    ],
    [["many", "last"], '--index: expected the number of the last volume, from 1 to 9999, got "last"'],
    [["many", "10000"], '--index: expected the number of the last volume, from 1 to 9999, got "10000"'],
  ] as const)("fails for %j", ([stack, index], message) => {
    expect(() => chooseVolume([one, many, none], stack, index)).toThrow(
      expect.objectContaining({ name: "CommandError", message, exitCode: 2 }),
    );
  });

  it("fails when no stack has such volumes", () => {
    expect(() => chooseVolume([one], "one", "1")).toThrow("numbered data volumes (there is none), got");
  });
});
