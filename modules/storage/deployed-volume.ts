import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Fn, type Precondition, ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";

/** Which volume. */
export interface DeployedVolumeProps {
  /** Tags that no other volume carries. */
  readonly identifyingTags: Readonly<Record<string, string>>;
}

/** One property of a volume that AWS cannot change, and the setting that gives it. */
export interface FixedProperty {
  /** Name of the property, in the provider's words. */
  readonly attribute: "availability_zone" | "kms_key_id" | "snapshot_id";
  readonly value: string;
  /** The setting, for the message. */
  readonly setting: string;
}

/**
 * The volume that an earlier deploy made. A setting that AWS cannot change on it fails the plan: Terraform would replace
 * the volume, and with `prevent_destroy` off it would do so in any deploy.
 */
export class DeployedVolume extends Construct {
  private readonly all: string;

  constructor(scope: Construct, id: string, { identifyingTags }: DeployedVolumeProps) {
    super(scope, id);
    // By way of a list, which may be empty: there is none before the first deploy.
    const found = new DataAwsEbsVolumes(this, "found", {
      tags: identifyingTags,
      filter: [{ name: "status", values: ["available", "in-use"] }],
    });
    const { friendlyUniqueId } = new DataAwsEbsVolume(this, "this", {
      count: TerraformCount.of(Fn.lengthOf(found.ids)),
      filter: [
        {
          name: "volume-id",
          values: [Token.asString(ref(`data.aws_ebs_volumes.${found.friendlyUniqueId}.ids[count.index]`))],
        },
      ],
    });
    this.all = `data.aws_ebs_volume.${friendlyUniqueId}`;
  }

  /** Condition that the volume, if there is one, has this value of a property. */
  keeps({ attribute, value, setting }: FixedProperty): Precondition {
    return {
      condition: `\${alltrue([for volume in ${this.all} : volume.${attribute} == ${JSON.stringify(value)}])}`,
      errorMessage: `${setting}: expected \${join(" and ", [for volume in ${this.all} : "\\"\${volume.${attribute}}\\", as the data volume \${volume.id} has it"])}, got "${value}"; AWS cannot change that on a volume: set it back, or retire the volume first.`,
    };
  }
}
