import type { Subnet } from "./subnet";

/** Something in a VPC: a network, a subnet. */
export interface InVpc {
  readonly vpcId: string;
}

/** Subnets of one VPC, which this program made or found. */
export interface Network extends InVpc {
  /** Subnets with a route to an internet gateway, for load balancers and for machines with a public address. */
  readonly publicSubnets: readonly Subnet[];
  /** Subnets that nobody reaches from the internet. */
  readonly privateSubnets: readonly Subnet[];
}
