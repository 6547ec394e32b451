import { DataAwsRouteTable } from "@cdktf/provider-aws/lib/data-aws-route-table";
import { DataAwsRouteTables } from "@cdktf/provider-aws/lib/data-aws-route-tables";
import { type Precondition, ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";
import type { FoundSubnet } from "./found-subnet";

/** A subnet that exists. */
export interface WayOutProps {
  readonly subnet: FoundSubnet;
  /** The setting that can name a subnet. */
  readonly setting: string;
}

/**
 * Checks that machines in a subnet get a public address if its way to the internet is an internet gateway, which lets
 * nobody through without one. Otherwise a machine would boot and reach nothing. A subnet without a way to the internet
 * passes: it may have endpoints for all that a machine needs.
 */
export class WayOut extends Construct {
  /** Of whatever is made in the subnet. It holds, too, if the subnet no longer exists. */
  readonly precondition: Precondition;

  constructor(scope: Construct, id: string, { subnet, setting }: WayOutProps) {
    super(scope, id);
    const own = new DataAwsRouteTables(this, "own", {
      filter: [{ name: "association.subnet-id", values: [subnet.id] }],
    });
    // A subnet without a table of its own has the VPC's main one.
    const main = new DataAwsRouteTables(this, "main", {
      filter: [
        { name: "vpc-id", values: [subnet.vpcId] },
        { name: "association.main", values: ["true"] },
      ],
    });
    const tables = `concat(${own.fqn}.ids, ${main.fqn}.ids)`;
    const { friendlyUniqueId } = new DataAwsRouteTable(this, "this", {
      count: TerraformCount.of(Token.asNumber(ref(`min(1, length(${tables}))`))),
      routeTableId: Token.asString(ref(`${tables}[count.index]`)),
    });
    const route = 'route.cidr_block == "0.0.0.0/0" && startswith(route.gateway_id, "igw-")';
    const gateways = `[for route in flatten(data.aws_route_table.${friendlyUniqueId}[*].routes) : route.gateway_id if ${route}]`;
    this.precondition = {
      condition: `\${${subnet.givesPublicAddress} != "false" || length(${gateways}) == 0}`,
      errorMessage:
        `${setting}: expected a subnet that gives public addresses, ` +
        `since its way to the internet is \${join(" and ", ${gateways})}, got ${subnet.id}, which gives none; ` +
        `run \`aws ec2 modify-subnet-attribute --subnet-id ${subnet.id} --map-public-ip-on-launch\`, ` +
        "or name a subnet with a NAT gateway.",
    };
  }
}
