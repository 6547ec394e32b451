import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Fn, type Precondition, ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";

/** Which volumes to look up. */
export interface ExistingVolumesProps {
  /** Tags that no other volume carries. */
  readonly identifyingTags: Readonly<Record<string, string>>;
}

/** A property of a volume that AWS cannot change. */
export interface FixedProperty extends FromSetting<string> {
  /** Name of the property, as the provider names it. */
  readonly attribute: "availability_zone" | "kms_key_id" | "snapshot_id";
  /** Value of the tag `Index` of the one volume that has this value. @default every volume has it */
  readonly index?: number;
}

/**
 * The volumes that an earlier deploy made, or began to make. If a setting differs that AWS cannot change on one, the
 * plan fails. Otherwise Terraform would replace the volume, and with `prevent_destroy` off any deploy would do so.
 */
export class ExistingVolumes extends Construct {
  /** Terraform's expression for all of them, each with its attributes and tags. */
  readonly all: string;

  constructor(scope: Construct, id: string, { identifyingTags }: ExistingVolumesProps) {
    super(scope, id);
    // Look up a list, which may be empty: there is no volume before the first deploy.
    const found = new DataAwsEbsVolumes(this, "found", {
      tags: identifyingTags,
      filter: [{ name: "status", values: ["creating", "available", "in-use"] }],
    });
    const { friendlyUniqueId } = new DataAwsEbsVolume(this, "this", {
      count: TerraformCount.of(Fn.lengthOf(found.ids)),
      filter: [{ name: "volume-id", values: [Token.asString(ref(`${found.fqn}.ids[count.index]`))] }],
    });
    this.all = `data.aws_ebs_volume.${friendlyUniqueId}`;
  }

  /** Condition that none is larger. */
  fitInto({ value: sizeGiB, setting }: FromSetting<number>): Precondition {
    const had = '"${volume.size} GiB of the data volume ${volume.id}"';
    // Terraform evaluates the message even if the condition holds, and there is no volume before the first deploy.
    const largest = `\${max(1, [for volume in ${this.all} : volume.size]...)}`;
    const volumes = `\${join(" and ", [for volume in ${this.all} : ${had}])}`;
    return {
      condition: `\${alltrue([for volume in ${this.all} : volume.size <= ${sizeGiB}])}`,
      errorMessage:
        `${setting}: expected at least the ${volumes}, got ${sizeGiB}; ` +
        `a volume grows and never shrinks: set it to ${largest} or more.`,
    };
  }

  /** Condition that each has this value of a property. */
  keep({ attribute, value, setting, index }: FixedProperty): Precondition {
    const which = index === undefined ? "" : ` if volume.tags["Index"] == "${index}"`;
    const had = `"\\"\${volume.${attribute}}\\", as the data volume \${volume.id} has it"`;
    return {
      condition: `\${alltrue([for volume in ${this.all} : volume.${attribute} == ${JSON.stringify(value)}${which}])}`,
      errorMessage:
        `${setting}: expected \${join(" and ", [for volume in ${this.all} : ${had}${which}])}, got "${value}"; ` +
        "AWS cannot change that on a volume: set it back, or retire the volume first.",
    };
  }
}
