import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { planCidrBlocks, type ZoneBlocks } from "../../../modules/network/cidr-plan";

/** The zones that end in these letters. */
const zonesOf = (letters: string): string[] => [...letters].map((letter) => `eu-west-1${letter}`);

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
  it.each<[block: string, letters: string, blocks: string[]]>([
    ["10.0.0.0/16", "a", ["10.0.0.0/20", "10.0.252.0/22"]],
    ["10.0.0.0/16", "ab", ["10.0.0.0/20", "10.0.16.0/20", "10.0.252.0/22", "10.0.248.0/22"]],
    ["10.0.0.0/16", "ca", ["10.0.32.0/20", "10.0.0.0/20", "10.0.244.0/22", "10.0.252.0/22"]],
    ["10.0.0.0/16", "l", ["10.0.176.0/20", "10.0.208.0/22"]],
    ["10.20.0.0/20", "ab", ["10.20.0.0/24", "10.20.1.0/24", "10.20.15.192/26", "10.20.15.128/26"]],
    ["172.31.255.0/24", "ab", ["172.31.255.0/28", "172.31.255.16/28", "172.31.255.240/28", "172.31.255.224/28"]],
    ["192.168.7.224/27", "a", ["192.168.7.224/28", "192.168.7.240/28"]],
    ["255.255.0.0/16", "a", ["255.255.0.0/20", "255.255.252.0/22"]],
  ])("splits %s for the zones %s", (block, letters, blocks) => {
    expect(blocksOf(plan(block, zonesOf(letters)))).toEqual(blocks);
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
    expect(() => plan(block, zonesOf("a"))).toThrow(
      "vpc.cidrBlock: expected an IPv4 CIDR block from /16 to /28 without host bits, such as 10.0.0.0/16, " +
        `got "${block}"`,
    );
  });

  it.each<[block: string, letters: string, publicSubnets: boolean, problem: string]>([
    ["10.0.0.0/16", "m", true, "a private and a public subnet in each zone from a to m"],
    ["10.0.0.0/16", "q", false, "a private subnet in each zone from a to q"],
    ["10.0.0.0/26", "dca", true, "a private and a public subnet in each zone from a to d"],
    ["10.0.0.0/28", "b", false, "a private subnet in each zone from a to b"],
    ["10.0.0.0/28", "a", true, "a private and a public subnet in zone a"],
  ])("fails: %s for the zones %s, with public subnets: %s", (block, letters, publicSubnets, problem) => {
    const [zone] = zonesOf(letters);
    expect(() => plan(block, zonesOf(letters), publicSubnets)).toThrow(
      `vpc.cidrBlock: expected a larger block, with room for ${problem}, since vpc.availabilityZones has ${zone}, ` +
        `got "${block}"`,
    );
  });

  it("fails: no zone", () => {
    expect(() => plan("10.0.0.0/16", [])).toThrow(
      "vpc.availabilityZones: expected at least one availability zone, got []",
    );
  });

  it.each([
    [["us-west-2a", "us-west-2b", "us-west-2-lax-1a"], '["us-west-2a","us-west-2-lax-1a"]'],
    [zonesOf("aba"), '["eu-west-1a","eu-west-1a"]'],
  ])("fails: two zones with one letter: %j", (zones, twins) => {
    expect(() => plan("10.0.0.0/16", zones)).toThrow(
      "vpc.availabilityZones: expected zones with a last letter of their own, which decides their blocks, " +
        `got ${twins}`,
    );
  });

  it.each(["eu-west-1", "eu-west-1A", "zone-", ""])("fails: %j, which ends in no letter", (zone) => {
    expect(() => plan("10.0.0.0/16", ["eu-west-1a", zone])).toThrow(
      `vpc.availabilityZones: expected names of zones that end in a letter, such as eu-west-1a, got "${zone}"`,
    );
  });
});

describe("for every block and all zones", () => {
  const vpcBlock = fc.tuple(fc.integer({ min: 16, max: 28 }), fc.nat(2 ** 32 - 1)).map(([length, address]) => {
    const [a, b, c, d] = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${ipaddr.IPv4.networkAddressFromCIDR(`${a}.${b}.${c}.${d}/${length}`)}/${length}`;
  });
  /** Some zones in any order. */
  const someZones = fc.shuffledSubarray(zonesOf("abcdefghijklmnopqrst"));

  /** The plan of those zones that the block has room for; empty if it has room for none. */
  const planned = (block: string, zones: readonly string[], publicSubnets: boolean): ZoneBlocks[] => {
    const fitting = zones.filter((zone) => fits(block, [zone], publicSubnets));
    return fitting.length === 0 ? [] : plan(block, fitting, publicSubnets);
  };
  const fits = (block: string, zones: readonly string[], publicSubnets: boolean): boolean => {
    try {
      return plan(block, zones, publicSubnets).length === zones.length;
    } catch {
      return false;
    }
  };
  const range = (block: string): [first: number, end: number] => {
    const [address, length] = ipaddr.IPv4.parseCIDR(block);
    const first = address.toByteArray().reduce((number, byte) => number * 256 + byte, 0);
    return [first, first + 2 ** (32 - length)];
  };

  it("subnets lie in the VPC and do not overlap", () => {
    fc.assert(
      fc.property(vpcBlock, someZones, fc.boolean(), (block, zones, publicSubnets) => {
        const ranges = blocksOf(planned(block, zones, publicSubnets)).map(range);
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
      fc.property(vpcBlock, someZones, fc.boolean(), (block, zones, publicSubnets) => {
        for (const subnet of blocksOf(planned(block, zones, publicSubnets))) {
          const length = Number(subnet.split("/")[1]);
          expect(subnet).toBe(`${ipaddr.IPv4.networkAddressFromCIDR(subnet)}/${length}`);
          expect(length).toBeLessThanOrEqual(28);
        }
      }),
    );
  });

  it("a zone that comes, goes or changes its place gives no other zone another block", () => {
    fc.assert(
      fc.property(vpcBlock, someZones, someZones, fc.boolean(), (block, before, after, publicSubnets) => {
        const inBoth = (zones: readonly ZoneBlocks[], others: readonly string[]): ZoneBlocks[] =>
          zones
            .filter(({ availabilityZone }) => others.includes(availabilityZone))
            .sort((a, b) => a.availabilityZone.localeCompare(b.availabilityZone));
        expect(inBoth(planned(block, after, publicSubnets), before)).toEqual(
          inBoth(planned(block, before, publicSubnets), after),
        );
      }),
    );
  });

  it("a subnet that comes never takes the block of one that goes", () => {
    fc.assert(
      fc.property(vpcBlock, someZones, someZones, fc.boolean(), (block, before, after, publicSubnets) => {
        const old = planned(block, before, publicSubnets);
        const fresh = planned(block, after, publicSubnets).filter(
          ({ availabilityZone }) => !before.includes(availabilityZone),
        );
        const ranges = blocksOf(old).map(range);
        for (const [first, end] of blocksOf(fresh).map(range)) {
          expect(ranges.filter(([otherFirst, otherEnd]) => first < otherEnd && otherFirst < end)).toEqual([]);
        }
      }),
    );
  });

  it("a block that has room for a zone has room for every zone before it in the alphabet, all at once", () => {
    fc.assert(
      fc.property(vpcBlock, fc.integer({ min: 1, max: 20 }), fc.boolean(), (block, count, publicSubnets) => {
        const zones = zonesOf("abcdefghijklmnopqrst").slice(0, count);
        expect(fits(block, zones, publicSubnets)).toBe(fits(block, zones.slice(-1), publicSubnets));
      }),
    );
  });
});
