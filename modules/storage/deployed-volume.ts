import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Fn, type Precondition, ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";

/** Which volume to look up. */
export interface DeployedVolumeProps {
  /** Tags that no other volume carries. */
  readonly identifyingTags: Readonly<Record<string, string>>;
}

/** A property of a volume that AWS cannot change, and its setting. */
export interface FixedProperty {
  /** Name of the property, as the provider names it. */
  readonly attribute: "availability_zone" | "kms_key_id" | "snapshot_id";
  readonly value: string;
  /** The setting, for the message. */
  readonly setting: string;
}

/**
 * The volume that an earlier deploy made. If a setting differs that AWS cannot change on it, the plan fails. Otherwise
 * Terraform would replace the volume, and with `prevent_destroy` off any deploy would do so.
 */
export class DeployedVolume extends Construct {
  private readonly all: string;

  constructor(scope: Construct, id: string, { identifyingTags }: DeployedVolumeProps) {
    super(scope, id);
    // Look up a list, which may be empty: there is no volume before the first deploy.
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

  /**
   * Condition that the volume, if there is one, is not larger.
   *
   * @param setting the setting that gives the size, for the message
   */
  fitsInto(sizeGiB: number, setting: string): Precondition {
    const volumes = `\${join(" and ", [for volume in ${this.all} : "\${volume.size} GiB of the data volume \${volume.id}"])}`;
    return {
      condition: `\${alltrue([for volume in ${this.all} : volume.size <= ${sizeGiB}])}`,
      errorMessage: `${setting}: expected at least the ${volumes}, got ${sizeGiB}; a volume grows and never shrinks.`,
    };
  }

  /** Condition that the volume, if there is one, has this value of a property. */
  keeps({ attribute, value, setting }: FixedProperty): Precondition {
    const had = `"\\"\${volume.${attribute}}\\", as the data volume \${volume.id} has it"`;
    return {
      condition: `\${alltrue([for volume in ${this.all} : volume.${attribute} == ${JSON.stringify(value)}])}`,
      errorMessage:
        `${setting}: expected \${join(" and ", [for volume in ${this.all} : ${had}])}, got "${value}"; ` +
        "AWS cannot change that on a volume: set it back, or retire the volume first.",
    };
  }
}
