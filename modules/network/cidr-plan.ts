import ipaddr from "ipaddr.js";
import type { FromSetting, SettingProblem } from "../from-setting";

/** What to split, and for how many zones. */
export interface CidrPlanProps {
  /** The VPC's block: IPv4, from /16 to /28, without host bits. */
  readonly cidrBlock: FromSetting<string>;
  /** Availability zones in any order, each with a last letter of its own: the letter decides the zone's blocks. */
  readonly availabilityZones: FromSetting<readonly string[]>;
  /** Whether each zone gets a public subnet, too. */
  readonly publicSubnets: boolean;
}

/** The blocks of one zone. */
export interface ZoneBlocks {
  readonly availabilityZone: string;
  readonly privateBlock: string;
  /** Absent if the zone has no public subnet. */
  readonly publicBlock?: string;
}

/** Smallest and largest network that AWS takes for a VPC or a subnet, as prefix lengths. */
const LARGEST = 16;
const SMALLEST = 28;

/** A private subnet is a sixteenth of the VPC, a public one a 64th, since it holds load balancers and gateways. */
const PRIVATE_BITS = 4;
const PUBLIC_BITS = 6;

/** The letters that a zone's name can end with, in order. */
const letters = "abcdefghijklmnopqrstuvwxyz";

/**
 * Splits a VPC's block. Private subnets fill it from its beginning, public ones from its end. The last letter of a
 * zone's name is the zone's place: `a` is the first, `b` the second. So a zone's blocks depend on the VPC's block and on
 * the zone's name alone. A zone that comes or goes changes no other zone, and the order of the zones means nothing.
 *
 * A /16 has room for the zones `a` to `l`, or to `p` without public subnets: a /20 for each private subnet, a /22 for
 * each public one. No subnet is smaller than /28, so a small VPC has room for fewer.
 *
 * @throws Error for a plan with problems: a bug, since the stack's rules report them first with {@link cidrPlanProblems}
 */
export function planCidrBlocks(props: CidrPlanProps): ZoneBlocks[] {
  const [problem] = cidrPlanProblems(props);
  if (problem) {
    const { setting, expected, got } = problem;
    throw new Error(`${setting}: expected ${expected}, got ${JSON.stringify(got)}`);
  }
  const vpc = parse(props.cidrBlock.value);
  const { privateSize, publicSize } = subnetSizes(vpc, props);
  return props.availabilityZones.value.map((availabilityZone) => {
    const place = placeOf(availabilityZone);
    return {
      availabilityZone,
      privateBlock: write(vpc.first + place * privateSize, privateSize),
      ...(props.publicSubnets && { publicBlock: write(vpc.first + vpc.size - (place + 1) * publicSize, publicSize) }),
    };
  });
}

/**
 * What is wrong with a plan, for the rules of a stack: no such block, no zone, a zone without a letter, two zones with
 * one letter, or a letter that the block has no room for. Empty if nothing is.
 */
export function cidrPlanProblems(props: CidrPlanProps): SettingProblem[] {
  const problems = [...blockProblems(props.cidrBlock), ...zoneProblems(props.availabilityZones)];
  return problems.length > 0 ? problems : roomProblems(props);
}

function blockProblems({ value: got, setting }: FromSetting<string>): SettingProblem[] {
  const length = ipaddr.IPv4.isValidCIDRFourPartDecimal(got) ? ipaddr.IPv4.parseCIDR(got)[1] : 0;
  const fits = length >= LARGEST && length <= SMALLEST;
  if (fits && `${ipaddr.IPv4.networkAddressFromCIDR(got)}/${length}` === got) return [];
  const expected = `an IPv4 CIDR block from /${LARGEST} to /${SMALLEST} without host bits, such as 10.0.0.0/16`;
  return [{ setting, got, expected }];
}

function zoneProblems({ value: zones, setting }: FromSetting<readonly string[]>): SettingProblem[] {
  if (zones.length === 0) return [{ setting, got: zones, expected: "at least one availability zone" }];
  for (const [index, zone] of zones.entries()) {
    if (placeOf(zone) < 0) {
      return [{ setting, got: zone, expected: "names of zones that end in a letter, such as eu-west-1a" }];
    }
    const twin = zones.slice(0, index).find((other) => placeOf(other) === placeOf(zone));
    const expected = "zones with a last letter of their own, which decides their blocks";
    if (twin !== undefined) return [{ setting, got: [twin, zone], expected }];
  }
  return [];
}

function roomProblems(props: CidrPlanProps): SettingProblem[] {
  const { cidrBlock, availabilityZones, publicSubnets } = props;
  const vpc = parse(cidrBlock.value);
  const { privateSize, publicSize } = subnetSizes(vpc, props);
  const room = Math.floor(vpc.size / (privateSize + publicSize));
  const [last = ""] = [...availabilityZones.value].sort((a, b) => placeOf(b) - placeOf(a));
  if (placeOf(last) < room) return [];
  const subnets = publicSubnets ? "a private and a public subnet" : "a private subnet";
  const zones = placeOf(last) === 0 ? "zone a" : `each zone from a to ${letters[placeOf(last)]}`;
  const expected = `a larger block, with room for ${subnets} in ${zones}, since ${availabilityZones.setting} has ${last}`;
  return [{ setting: cidrBlock.setting, got: cidrBlock.value, expected }];
}

interface Block {
  /** The first address, as a number. */
  readonly first: number;
  /** How many addresses it has. */
  readonly size: number;
}

function parse(cidrBlock: string): Block {
  const [address, length] = ipaddr.IPv4.parseCIDR(cidrBlock);
  return { first: address.toByteArray().reduce((number, byte) => number * 256 + byte, 0), size: 2 ** (32 - length) };
}

/** A zone's place among all zones that there can be; -1 if its name does not end in a letter. */
function placeOf(zone: string): number {
  return letters.indexOf(zone.at(-1) ?? " ");
}

/** How many addresses each private and each public subnet has. */
function subnetSizes({ size }: Block, { publicSubnets }: CidrPlanProps): { privateSize: number; publicSize: number } {
  const sizeOf = (bits: number): number => Math.max(size / 2 ** bits, 2 ** (32 - SMALLEST));
  return { privateSize: sizeOf(PRIVATE_BITS), publicSize: publicSubnets ? sizeOf(PUBLIC_BITS) : 0 };
}

function write(first: number, size: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${new ipaddr.IPv4(bytes)}/${32 - Math.log2(size)}`;
}
