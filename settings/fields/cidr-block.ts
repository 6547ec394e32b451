import ipaddr from "ipaddr.js";
import { z } from "zod";

const phrase = "a CIDR block such as 203.0.113.7/32";

/**
 * An IPv4 or IPv6 CIDR block, written as AWS stores it: without host bits, and IPv6 in its shortest form. AWS refuses
 * an IPv6 block of IPv4 addresses (`::ffff:203.0.113.7/128`).
 */
export const cidrBlock = () =>
  z
    .union([z.cidrv4(), z.cidrv6()], { error: phrase })
    .refine((block) => !/^::ffff:/i.test(networkOf(block)), { error: `${phrase}, written as IPv4`, abort: true })
    .refine((block) => networkOf(block) === block, { error: hostBits });

const vpcPhrase = "an IPv4 CIDR block from /16 to /28, such as 10.0.0.0/16";

/** The block of a VPC: IPv4, from /16 to /28, without host bits. AWS takes no other. */
export const vpcCidrBlock = () =>
  z
    .cidrv4({ error: vpcPhrase, abort: true })
    .refine((block) => prefixLength(block) >= 16 && prefixLength(block) <= 28, {
      error: vpcPhrase,
      abort: true,
    })
    .refine((block) => networkOf(block) === block, { error: hostBits });

/**
 * Whether a block is wider than any private network: wider than 10.0.0.0/8, or than an IPv6 /16. Without this limit,
 * `0.0.0.0/1` and `128.0.0.0/1` together would have the same effect as `0.0.0.0/0`.
 */
export function isWiderThanANetwork(block: string): boolean {
  return prefixLength(block) < (block.includes(":") ? 16 : 8);
}

function hostBits({ input }: { readonly input?: unknown }): string {
  return `a CIDR block without host bits, written as AWS does (${networkOf(String(input))})`;
}

/** The block as AWS writes it: 10.0.0.0/24 for 10.0.0.5/24, 2001:db8::/32 for 2001:0DB8::1/32. */
function networkOf(block: string): string {
  const family = block.includes(":") ? ipaddr.IPv6 : ipaddr.IPv4;
  return `${family.networkAddressFromCIDR(block)}/${prefixLength(block)}`;
}

function prefixLength(block: string): number {
  return Number(block.slice(block.indexOf("/") + 1));
}
