import ipaddr from "ipaddr.js";

/** The network of Docker's bridge, unless its daemon.json names another one. */
export const dockerBridgeBlock = "172.17.0.0/16";

/** Whether two IPv4 CIDR blocks have addresses in common: the network of one holds that of the other. */
export function cidrBlocksOverlap(a: string, b: string): boolean {
  const [first, second] = [ipaddr.IPv4.parseCIDR(a), ipaddr.IPv4.parseCIDR(b)];
  return first[0].match(second[0], Math.min(first[1], second[1]));
}
