import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import { FoundSubnet, type SubnetChoice } from "./found-subnet";
import type { Network } from "./network";
import type { Subnet } from "./subnet";

/** Which subnets to find. They must be in one VPC, and there must be at least one. */
export interface FoundNetworkProps {
  /** Subnets with a route to an internet gateway. The default VPC's subnets have one. @default none */
  readonly publicSubnets?: FromSetting<readonly SubnetChoice[]>;
  /** Subnets that nobody reaches from the internet. @default none */
  readonly privateSubnets?: FromSetting<readonly SubnetChoice[]>;
}

/** A network that exists: the default VPC's subnets in some zones, or given subnets. */
export class FoundNetwork extends Construct implements Network {
  readonly vpcId: string;
  readonly publicSubnets: readonly Subnet[];
  readonly privateSubnets: readonly Subnet[];

  /** @throws Error when no subnet is named: no setting leads there */
  constructor(scope: Construct, id: string, { publicSubnets, privateSubnets }: FoundNetworkProps) {
    super(scope, id);
    this.publicSubnets = this.find("public", publicSubnets);
    this.privateSubnets = this.find("private", privateSubnets, this.publicSubnets[0]);
    const [first] = [...this.publicSubnets, ...this.privateSubnets];
    if (first === undefined) throw new Error(`${this.node.path}: expected at least one subnet, got none`);
    this.vpcId = first.vpcId;
  }

  private find(kind: string, choices: FoundNetworkProps["publicSubnets"], first?: Subnet): readonly Subnet[] {
    const found: Subnet[] = [];
    for (const [index, value] of (choices?.value ?? []).entries()) {
      const choice = { value, setting: `${choices?.setting}[${index}]` };
      const besides = first ?? found[0];
      found.push(new FoundSubnet(this, `${kind}_${nameOf(value)}`, { choice, besides }));
    }
    return found;
  }
}

/** Part of the data sources' Terraform addresses. */
function nameOf(choice: SubnetChoice): string {
  return ("id" in choice ? choice.id : choice.defaultIn).replaceAll("-", "_");
}
