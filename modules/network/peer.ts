import { Token } from "cdktf";

/** Whom a rule of a security group lets in or out: a CIDR block, a prefix list, or another security group. */
export interface Peer {
  /** Part of the rule's Terraform address. */
  readonly peerName: string;
  /** The peer in the rule's arguments. */
  readonly peerArguments:
    | { readonly cidrIpv4: string }
    | { readonly cidrIpv6: string }
    | { readonly prefixListId: string }
    | { readonly referencedSecurityGroupId: string };
}

/**
 * Every address of a block.
 *
 * @param block an IPv4 or IPv6 CIDR block, as AWS writes it
 * @throws Error when the block is known only at a deploy, since an address is made of it
 */
export function cidrPeer(block: string): Peer {
  if (Token.isUnresolved(block)) {
    throw new Error("cidrPeer: expected a CIDR block that is known at synthesis, got a reference");
  }
  return {
    peerName: block.replace(/[^0-9a-f]/g, "_"),
    peerArguments: block.includes(":") ? { cidrIpv6: block } : { cidrIpv4: block },
  };
}

/** Every address of a prefix list. @param name the list in Terraform addresses */
export function prefixListPeer(name: string, list: { readonly id: string }): Peer {
  return { peerName: name, peerArguments: { prefixListId: list.id } };
}
