import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Fn, ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";

/** Which data volume. */
export interface FoundDataVolumeProps {
  /** Tags that exactly one volume carries. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** What to do when there is none, to end the message. */
  readonly fix: string;
}

/**
 * The one data volume that another stack made, found by its tags. A plan fails with a sentence when there is none, or more
 * than one. A destroy does not: it goes by the state, Terraform only warns about conditions, and every value here stands
 * for "none" then.
 */
export class FoundDataVolume extends Construct {
  /** Its id. */
  readonly id: string;
  readonly availabilityZone: string;
  /** Size in GiB. */
  readonly sizeGiB: number;

  constructor(scope: Construct, id: string, props: FoundDataVolumeProps) {
    super(scope, id);
    const described = Object.entries(props.identifyingTags)
      .map(([key, value]) => `${key}=${value}`)
      .join(", ");
    const candidates = new DataAwsEbsVolumes(this, "candidates", {
      tags: props.identifyingTags,
      filter: [{ name: "status", values: ["creating", "available", "in-use"] }],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) > 0}",
            errorMessage: `data volume: expected one tagged ${described}, got none; ${props.fix}.`,
          },
          {
            condition: "${length(self.ids) < 2}",
            errorMessage: `data volume: expected one tagged ${described}, got \${join(" and ", self.ids)}; change the Name tag of all but the right one.`,
          },
        ],
      },
    });
    const { friendlyUniqueId } = new DataAwsEbsVolume(this, "this", {
      count: TerraformCount.of(Token.asNumber(ref(`length(${candidates.fqn}.ids) == 1 ? 1 : 0`))),
      filter: [{ name: "volume-id", values: [Token.asString(Fn.one(candidates.ids))] }],
    });
    const value = (attribute: string): string => `one(data.aws_ebs_volume.${friendlyUniqueId}[*].${attribute})`;
    this.id = Token.asString(Fn.coalesce([ref(value("id")), "none"]));
    this.availabilityZone = Token.asString(Fn.coalesce([ref(value("availability_zone")), "none"]));
    this.sizeGiB = Token.asNumber(Fn.coalesce([ref(value("size")), 0]));
  }
}
