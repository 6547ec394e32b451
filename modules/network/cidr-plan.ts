import ipaddr from "ipaddr.js";
import type { FromSetting } from "../from-setting";

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
 * @throws Error one sentence that names the setting: not such a block, no zone, a zone without a letter, two zones with
 * one letter, or a letter that the block has no room for
 */
export function planCidrBlocks(props: CidrPlanProps): ZoneBlocks[] {
  const { cidrBlock, availabilityZones, publicSubnets } = props;
  const vpc = parse(cidrBlock);
  requireLetters(availabilityZones);
  const privateSize = subnetSize(vpc, PRIVATE_BITS);
  const publicSize = publicSubnets ? subnetSize(vpc, PUBLIC_BITS) : 0;
  requireRoom(props, Math.floor(vpc.size / (privateSize + publicSize)));
  return availabilityZones.value.map((availabilityZone) => {
    const place = placeOf(availabilityZone);
    return {
      availabilityZone,
      privateBlock: write(vpc.first + place * privateSize, privateSize),
      ...(publicSubnets && { publicBlock: write(vpc.first + vpc.size - (place + 1) * publicSize, publicSize) }),
    };
  });
}

interface Block {
  /** The first address, as a number. */
  readonly first: number;
  /** How many addresses it has. */
  readonly size: number;
}

function parse({ value, setting }: FromSetting<string>): Block {
  const length = ipaddr.IPv4.isValidCIDRFourPartDecimal(value) ? ipaddr.IPv4.parseCIDR(value)[1] : 0;
  if (length < LARGEST || length > SMALLEST || `${ipaddr.IPv4.networkAddressFromCIDR(value)}/${length}` !== value) {
    throw new Error(
      `${setting}: expected an IPv4 block from /${LARGEST} to /${SMALLEST} without host bits, such as 10.0.0.0/16, ` +
        `got "${value}".`,
    );
  }
  const bytes = ipaddr.IPv4.parse(value.slice(0, value.indexOf("/"))).toByteArray();
  return { first: bytes.reduce((number, byte) => number * 256 + byte, 0), size: 2 ** (32 - length) };
}

function requireLetters({ value: zones, setting }: FromSetting<readonly string[]>): void {
  if (zones.length === 0) throw new Error(`${setting}: expected at least one availability zone, got none.`);
  for (const [index, zone] of zones.entries()) {
    if (placeOf(zone) < 0) {
      throw new Error(`${setting}: expected names of zones that end in a letter, such as eu-west-1a, got "${zone}".`);
    }
    const twin = zones.slice(0, index).find((other) => placeOf(other) === placeOf(zone));
    if (twin !== undefined) {
      throw new Error(
        `${setting}: expected zones with a last letter of their own, which decides their blocks, got ${twin} and ${zone}.`,
      );
    }
  }
}

/** A zone's place among all zones that there can be; -1 if its name does not end in a letter. */
function placeOf(zone: string): number {
  return letters.indexOf(zone.at(-1) ?? " ");
}

/** How many addresses each subnet of a kind has. */
function subnetSize({ size }: Block, bits: number): number {
  return Math.max(size / 2 ** bits, 2 ** (32 - SMALLEST));
}

/** @param room how many zones the block has room for */
function requireRoom({ cidrBlock, availabilityZones, publicSubnets }: CidrPlanProps, room: number): void {
  const [last = ""] = [...availabilityZones.value].sort((a, b) => placeOf(b) - placeOf(a));
  if (placeOf(last) < room) return;
  const subnets = publicSubnets ? "a private and a public subnet" : "a private subnet";
  const zones = placeOf(last) === 0 ? "zone a" : `each zone from a to ${letters[placeOf(last)]}`;
  throw new Error(
    `${cidrBlock.setting}: expected room for ${subnets} in ${zones}, ` +
      `since ${availabilityZones.setting} has ${last}, got ${cidrBlock.value}; take a larger block.`,
  );
}

function write(first: number, size: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${new ipaddr.IPv4(bytes)}/${32 - Math.log2(size)}`;
}
