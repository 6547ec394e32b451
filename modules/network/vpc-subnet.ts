import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet as AwsSubnet } from "@cdktf/provider-aws/lib/subnet";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { InVpc } from "./network";
import type { Subnet } from "./subnet";

/** Properties of a subnet with routes of its own. */
export interface VpcSubnetProps {
  /** Name tag of the subnet and of its route table. */
  readonly name: string;
  /** Changing this replaces the subnet. */
  readonly vpc: InVpc;
  /** Changing this replaces the subnet. */
  readonly availabilityZone: string;
  /** IPv4 CIDR block. Changing this replaces the subnet. */
  readonly cidrBlock: string;
}

/** What takes a subnet's traffic to the internet. */
export type InternetRoute = { readonly gatewayId: string } | { readonly natGatewayId: string };

/**
 * A subnet with a route table of its own, which at first leads to the VPC alone. Machines in it get no public address by
 * themselves.
 */
export class VpcSubnet extends Construct implements Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  /** Id of its route table, for the routes of gateway endpoints. */
  readonly routeTableId: string;
  private readonly routes: ITerraformDependable[];

  constructor(scope: Construct, id: string, { name, vpc, availabilityZone, cidrBlock }: VpcSubnetProps) {
    super(scope, id);
    const { vpcId } = vpc;
    const tags = { Name: name };
    const subnet = new AwsSubnet(this, "this", {
      vpcId,
      availabilityZone,
      cidrBlock,
      tags,
      // So an interface endpoint leaves a subnet before Terraform deletes it. Otherwise the deletion waits for ever.
      lifecycle: { createBeforeDestroy: true },
    });
    const table = new RouteTable(this, "routes", { vpcId, tags });
    const association = new RouteTableAssociation(this, "routes_association", {
      subnetId: subnet.id,
      routeTableId: table.id,
    });
    this.id = subnet.id;
    this.vpcId = vpcId;
    this.availabilityZone = availabilityZone;
    this.routeTableId = table.id;
    this.routes = [association];
  }

  get ready(): readonly ITerraformDependable[] {
    return [...this.routes];
  }

  /** Sends what is for no address of the VPC to a gateway. Another gateway changes the route in place. */
  routeToInternet(route: InternetRoute): void {
    const { routeTableId } = this;
    const toInternet = new Route(this, "to_internet", { routeTableId, destinationCidrBlock: "0.0.0.0/0", ...route });
    this.routes.push(toInternet);
  }
}
