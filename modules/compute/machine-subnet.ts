import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import { DataAwsSubnets } from "@cdktf/provider-aws/lib/data-aws-subnets";
import { Construct } from "constructs";
import { attributeOfOne, oneOf } from "../one-found";

/** Where to look for the subnet. */
export interface MachineSubnetProps {
  /** Availability zone of the machine. */
  readonly availabilityZone: string;
  /** A subnet to use. @default the default VPC's subnet in that zone */
  readonly subnetId?: string;
  /** The setting that names the subnet, for messages. */
  readonly subnetSetting: string;
}

/**
 * The machine's subnet: a given one, or the default VPC's in one zone. If there is none, a plan fails with one
 * sentence. A destroy does not fail: Terraform then only warns about conditions, and every attribute is "none".
 */
export class MachineSubnet extends Construct {
  /** Its id. */
  readonly id: string;
  readonly vpcId: string;
  readonly availabilityZone: string;

  constructor(scope: Construct, id: string, props: MachineSubnetProps) {
    super(scope, id);
    const { availabilityZone, subnetId, subnetSetting } = props;
    const found = new DataAwsSubnets(this, "found", {
      filter: subnetId
        ? [{ name: "subnet-id", values: [subnetId] }]
        : [
            { name: "default-for-az", values: ["true"] },
            { name: "availability-zone", values: [availabilityZone] },
          ],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) == 1}",
            errorMessage: subnetId
              ? `${subnetSetting}: expected a subnet of this account and region, got ${subnetId}, which is not there.`
              : `${subnetSetting}: expected a default subnet in ${availabilityZone}, got none; ` +
                "name a subnet in that zone.",
          },
        ],
      },
    });
    const subnet = new DataAwsSubnet(this, "this", oneOf(found));
    this.id = attributeOfOne(subnet, "id");
    this.vpcId = attributeOfOne(subnet, "vpc_id");
    this.availabilityZone = attributeOfOne(subnet, "availability_zone");
  }
}
