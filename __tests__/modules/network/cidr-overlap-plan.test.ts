import { expect, it } from "vitest";
import { cidrBlocksOverlap, dockerBridgeBlock } from "../../../modules/network/cidr-overlap-plan";

it.each([
  ["172.17.0.0/16", true],
  ["172.17.255.0/28", true],
  ["172.16.0.0/12", true],
  ["0.0.0.0/0", true],
  ["172.31.0.0/16", false],
  ["172.16.0.0/16", false],
  ["172.18.0.0/15", false],
  ["10.0.0.0/8", false],
])("Docker's network and %s overlap: %s", (block, overlap) => {
  expect(cidrBlocksOverlap(block, dockerBridgeBlock)).toBe(overlap);
  expect(cidrBlocksOverlap(dockerBridgeBlock, block)).toBe(overlap);
});
