import { Eip } from "@cdktf/provider-aws/lib/eip";
import { NatGateway as AwsNatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Construct } from "constructs";
import type { Subnet } from "./subnet";

/** Properties of a NAT gateway. */
export interface NatGatewayProps {
  /** Name tag of the gateway and of its address. */
  readonly name: string;
  /** The public subnet that it stands in. Changing this replaces the gateway. */
  readonly subnet: Subnet;
}

/** A NAT gateway: what is behind it reaches the internet from one address, and nobody there reaches it. */
export class NatGateway extends Construct {
  readonly id: string;

  constructor(scope: Construct, id: string, { name, subnet }: NatGatewayProps) {
    super(scope, id);
    const tags = { Name: name };
    // AWS needs the internet gateway before the address, and releases the address before the gateway.
    const dependsOn = [...subnet.ready];
    const address = new Eip(this, "address", { domain: "vpc", tags, dependsOn });
    this.id = new AwsNatGateway(this, "this", {
      allocationId: address.allocationId,
      subnetId: subnet.id,
      tags,
      dependsOn,
    }).id;
  }
}
