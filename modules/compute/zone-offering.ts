import { DataAwsEc2InstanceTypeOfferings } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type-offerings";
import type { Precondition } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";

/** An instance type, and the zone of its machine and of the data volume for it. */
export interface ZoneOfferingProps {
  readonly type: FromSetting<string>;
  readonly zone: FromSetting<string>;
}

/** Which zones of the region offer an instance type. No zone offers every type, and a volume never leaves its zone. */
export class ZoneOffering extends Construct {
  private readonly offerings: DataAwsEc2InstanceTypeOfferings;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ZoneOfferingProps,
  ) {
    super(scope, id);
    this.offerings = new DataAwsEc2InstanceTypeOfferings(this, "this", {
      locationType: "availability-zone",
      filter: [{ name: "instance-type", values: [props.type.value] }],
    });
  }

  /** Condition that the zone is one of them. */
  get exists(): Precondition {
    const { type, zone } = this.props;
    const zones = `data.aws_ec2_instance_type_offerings.${this.offerings.friendlyUniqueId}.locations`;
    return {
      condition: `\${contains(${zones}, "${zone.value}")}`,
      errorMessage:
        `${type.setting}: expected a type that ${zone.value} (${zone.setting}) offers, got ${type.value}, which only ` +
        `\${length(${zones}) > 0 ? join(", ", sort(${zones})) : "other regions"} may have; choose another type, or, for ` +
        "a volume that is not there yet, another zone.",
    };
  }
}
