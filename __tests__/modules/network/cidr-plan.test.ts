import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { planCidrBlocks, type ZoneBlocks } from "../../../modules/network/cidr-plan";

const named = (count: number): string[] => Array.from({ length: count }, (_, index) => `zone-${index}`);

function plan(block: string, zones: readonly string[], publicSubnets = true): ZoneBlocks[] {
  return planCidrBlocks({
    cidrBlock: { value: block, setting: "vpc.cidrBlock" },
    availabilityZones: { value: zones, setting: "vpc.availabilityZones" },
    publicSubnets,
  });
}

/** The private blocks, then the public ones. */
const blocksOf = (zones: readonly ZoneBlocks[]): string[] => [
  ...zones.map(({ privateBlock }) => privateBlock),
  ...zones.flatMap(({ publicBlock }) => publicBlock ?? []),
];

describe("planCidrBlocks", () => {
  it.each<[block: string, zones: number, blocks: string[]]>([
    ["10.0.0.0/16", 1, ["10.0.0.0/20", "10.0.252.0/22"]],
    ["10.0.0.0/16", 2, ["10.0.0.0/20", "10.0.16.0/20", "10.0.252.0/22", "10.0.248.0/22"]],
    ["10.20.0.0/20", 2, ["10.20.0.0/24", "10.20.1.0/24", "10.20.15.192/26", "10.20.15.128/26"]],
    ["172.31.255.0/24", 2, ["172.31.255.0/28", "172.31.255.16/28", "172.31.255.240/28", "172.31.255.224/28"]],
    ["192.168.7.224/27", 1, ["192.168.7.224/28", "192.168.7.240/28"]],
    ["255.255.0.0/16", 1, ["255.255.0.0/20", "255.255.252.0/22"]],
  ])("splits %s for %i zones", (block, zones, blocks) => {
    expect(blocksOf(plan(block, named(zones)))).toEqual(blocks);
  });

  it("makes no public subnets when none are wanted", () => {
    expect(plan("10.0.0.16/28", ["eu-west-1a"], false)).toEqual([
      { availabilityZone: "eu-west-1a", privateBlock: "10.0.0.16/28" },
    ]);
  });

  it.each([
    "10.0.0.0/15",
    "10.0.0.0/29",
    "10.0.0.1/24",
    "10.0.0.0",
    "10.0.0.0/016",
    "010.0.0.0/16",
    "10.0/16",
    "2001:db8::/32",
    "",
  ])("fails: %j, which is no block for a VPC", (block) => {
    expect(() => plan(block, named(1))).toThrow(
      "vpc.cidrBlock: expected an IPv4 block from /16 to /28 without host bits, such as 10.0.0.0/16, " +
        `got "${block}".`,
    );
  });

  it.each<[block: string, zones: number, publicSubnets: boolean, problem: string]>([
    [
      "10.0.0.0/16",
      13,
      true,
      "a private and a public subnet in each of 13 zones, got 10.0.0.0/16, which has room for 12",
    ],
    ["10.0.0.0/16", 17, false, "a private subnet in each of 17 zones, got 10.0.0.0/16, which has room for 16"],
    ["10.0.0.0/26", 3, true, "a private and a public subnet in each of 3 zones, got 10.0.0.0/26, which has room for 2"],
    [
      "10.0.0.0/28",
      1,
      true,
      "a private and a public subnet in each of 1 zone, got 10.0.0.0/28, which has room for none",
    ],
  ])("fails: %s for %i zones, with public subnets: %s", (block, zones, publicSubnets, problem) => {
    expect(() => plan(block, named(zones), publicSubnets)).toThrow(
      `vpc.cidrBlock: expected room for ${problem}; take a larger block, or fewer zones in vpc.availabilityZones.`,
    );
  });

  it("fails: no zone", () => {
    expect(() => plan("10.0.0.0/16", [])).toThrow(
      "vpc.availabilityZones: expected at least one availability zone, got none.",
    );
  });

  it("fails: a zone twice", () => {
    expect(() => plan("10.0.0.0/16", ["a", "b", "a"])).toThrow(
      "vpc.availabilityZones: expected each availability zone once, got a twice.",
    );
  });
});

describe("for every block and number of zones", () => {
  const vpcBlock = fc.tuple(fc.integer({ min: 16, max: 28 }), fc.nat(2 ** 32 - 1)).map(([length, address]) => {
    const [a, b, c, d] = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${ipaddr.IPv4.networkAddressFromCIDR(`${a}.${b}.${c}.${d}/${length}`)}/${length}`;
  });
  const input = [vpcBlock, fc.integer({ min: 1, max: 20 }), fc.boolean()] as const;

  /** The plan, or undefined when the zones do not fit. */
  const planned = (block: string, zones: number, publicSubnets: boolean): ZoneBlocks[] | undefined => {
    try {
      return plan(block, named(zones), publicSubnets);
    } catch {
      return undefined;
    }
  };
  const range = (block: string): [first: number, end: number] => {
    const [address, length] = ipaddr.IPv4.parseCIDR(block);
    const first = address.toByteArray().reduce((number, byte) => number * 256 + byte, 0);
    return [first, first + 2 ** (32 - length)];
  };

  it("subnets lie in the VPC and do not overlap", () => {
    fc.assert(
      fc.property(...input, (block, zones, publicSubnets) => {
        const ranges = blocksOf(planned(block, zones, publicSubnets) ?? []).map(range);
        ranges.sort(([a], [b]) => a - b);
        const [vpcFirst, vpcEnd] = range(block);
        let free = vpcFirst;
        for (const [first, end] of ranges) {
          expect(first).toBeGreaterThanOrEqual(free);
          free = end;
        }
        expect(free).toBeLessThanOrEqual(vpcEnd);
      }),
    );
  });

  it("subnets are blocks that AWS takes: without host bits, none smaller than /28", () => {
    fc.assert(
      fc.property(...input, (block, zones, publicSubnets) => {
        for (const subnet of blocksOf(planned(block, zones, publicSubnets) ?? [])) {
          const length = Number(subnet.split("/")[1]);
          expect(subnet).toBe(`${ipaddr.IPv4.networkAddressFromCIDR(subnet)}/${length}`);
          expect(length).toBeLessThanOrEqual(28);
        }
      }),
    );
  });

  it("a zone that is appended changes no other", () => {
    fc.assert(
      fc.property(...input, (block, zones, publicSubnets) => {
        const larger = planned(block, zones + 1, publicSubnets);
        if (larger) expect(planned(block, zones, publicSubnets)).toEqual(larger.slice(0, -1));
      }),
    );
  });

  it("the refusal names how many zones fit, and so many do", () => {
    fc.assert(
      fc.property(...input, (block, zones, publicSubnets) => {
        fc.pre(planned(block, zones, publicSubnets) === undefined);
        let message = "";
        try {
          plan(block, named(zones), publicSubnets);
        } catch (error) {
          message = (error as Error).message;
        }
        const [, room = ""] = /which has room for (none|\d+);/.exec(message) ?? [];
        const fitting = room === "none" ? 0 : Number(room);
        expect(fitting).toBeLessThan(zones);
        expect(planned(block, fitting + 1, publicSubnets)).toBeUndefined();
        if (fitting > 0) expect(planned(block, fitting, publicSubnets)).toHaveLength(fitting);
      }),
    );
  });
});
