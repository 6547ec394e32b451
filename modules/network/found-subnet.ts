import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import { DataAwsSubnets } from "@cdktf/provider-aws/lib/data-aws-subnets";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import { attributeOfOne, oneOf } from "../one-found";
import type { Subnet } from "./subnet";

/** A subnet by its id, or the default VPC's in one zone. */
export type SubnetChoice = { readonly id: string } | { readonly defaultIn: string };

/** Which subnet to find. */
export interface FoundSubnetProps {
  /** The subnet. The setting is the one that can name a subnet, also if it names none. */
  readonly choice: FromSetting<SubnetChoice>;
  /** A subnet whose VPC must be this one's. @default any */
  readonly besides?: Subnet;
}

/**
 * A subnet that exists: a given one, or the default VPC's in one zone. If there is none, a plan fails with one
 * sentence. A destroy does not fail: Terraform then only warns about conditions, and every attribute is "none".
 */
export class FoundSubnet extends Construct implements Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  /** Whether a machine in it gets a public address by itself: "true" or "false". */
  readonly givesPublicAddress: string;
  /** None: its routes are not this program's. */
  readonly ready: readonly ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, { choice: { value: choice, setting }, besides }: FoundSubnetProps) {
    super(scope, id);
    const found = new DataAwsSubnets(this, "found", {
      filter:
        "id" in choice
          ? [{ name: "subnet-id", values: [choice.id] }]
          : [
              { name: "default-for-az", values: ["true"] },
              { name: "availability-zone", values: [choice.defaultIn] },
            ],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) == 1}",
            errorMessage:
              "id" in choice
                ? `${setting}: expected a subnet of this account and region, got ${choice.id}, which is not there; ` +
                  "`aws ec2 describe-subnets` lists them."
                : `${setting}: expected a default subnet in ${choice.defaultIn}, got none; ` +
                  "name a subnet in that zone.",
          },
        ],
      },
    });
    const subnet = new DataAwsSubnet(this, "this", {
      ...oneOf(found),
      lifecycle: besides && {
        postcondition: [
          {
            condition: `\${self.vpc_id == ${besides.vpcId}}`,
            errorMessage:
              `${setting}: expected a subnet of the same VPC as ${besides.id}, which is ${besides.vpcId}, ` +
              `got \${self.id} of \${self.vpc_id}; name one of ${besides.vpcId}.`,
          },
        ],
      },
    });
    this.id = attributeOfOne(subnet, "id");
    this.vpcId = attributeOfOne(subnet, "vpc_id");
    this.availabilityZone = attributeOfOne(subnet, "availability_zone");
    this.givesPublicAddress = attributeOfOne(subnet, "map_public_ip_on_launch");
  }
}
