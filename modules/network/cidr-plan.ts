import ipaddr from "ipaddr.js";
import type { FromSetting } from "../from-setting";

/** What to split, and for how many zones. */
export interface CidrPlanProps {
  /** The VPC's block: IPv4, from /16 to /28, without host bits. */
  readonly cidrBlock: FromSetting<string>;
  /** Availability zones. A zone's position decides its blocks, so new zones go to the end. */
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

/**
 * Splits a VPC's block. Private subnets fill it from its beginning, public ones from its end. A zone's blocks depend on
 * the VPC's block and on the zone's position alone, so a zone that is appended changes no other.
 *
 * A /16 has room for 12 zones, or for 16 without public subnets: a /20 for each private subnet, a /22 for each public
 * one. No subnet is smaller than /28, so a small VPC has room for fewer.
 *
 * @throws Error one sentence that names the setting: not such a block, no zone, a zone twice, or too many zones
 */
export function planCidrBlocks(props: CidrPlanProps): ZoneBlocks[] {
  const { cidrBlock, availabilityZones, publicSubnets } = props;
  const vpc = parse(cidrBlock);
  const zones = availabilityZones.value;
  requireZones(availabilityZones);
  const privateSize = subnetSize(vpc, PRIVATE_BITS);
  const publicSize = publicSubnets ? subnetSize(vpc, PUBLIC_BITS) : 0;
  const room = Math.floor(vpc.size / (privateSize + publicSize));
  if (zones.length > room) throw tooSmall(props, room);
  return zones.map((availabilityZone, index) => ({
    availabilityZone,
    privateBlock: write(vpc.first + index * privateSize, privateSize),
    ...(publicSubnets && { publicBlock: write(vpc.first + vpc.size - (index + 1) * publicSize, publicSize) }),
  }));
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

function requireZones({ value: zones, setting }: FromSetting<readonly string[]>): void {
  if (zones.length === 0) throw new Error(`${setting}: expected at least one availability zone, got none.`);
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (twice !== undefined) throw new Error(`${setting}: expected each availability zone once, got ${twice} twice.`);
}

/** How many addresses each subnet of a kind has. */
function subnetSize({ size }: Block, bits: number): number {
  return Math.max(size / 2 ** bits, 2 ** (32 - SMALLEST));
}

function tooSmall({ cidrBlock, availabilityZones, publicSubnets }: CidrPlanProps, room: number): Error {
  const subnets = publicSubnets ? "a private and a public subnet" : "a private subnet";
  const { length } = availabilityZones.value;
  return new Error(
    `${cidrBlock.setting}: expected room for ${subnets} in each of ${length} ${length === 1 ? "zone" : "zones"}, ` +
      `got ${cidrBlock.value}, which has room for ${room === 0 ? "none" : room}; ` +
      `take a larger block, or fewer zones in ${availabilityZones.setting}.`,
  );
}

function write(first: number, size: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${new ipaddr.IPv4(bytes)}/${32 - Math.log2(size)}`;
}
