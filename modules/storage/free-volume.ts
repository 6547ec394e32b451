import { DataAwsArn } from "@cdktf/provider-aws/lib/data-aws-arn";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Construct } from "constructs";

/** Which volume has to be free, and how to free it. */
export interface FreeVolumeProps {
  /** The volume that is in the state. */
  readonly volumeId: string;
  /** Tags that no other volume carries. They find the volume while its id is about to change. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** The setting that no longer protects the volume, for the message. */
  readonly protectionSetting: string;
  /** How to free the volume, for the message. */
  readonly fix: string;
}

/**
 * Fails every plan while a machine has a volume that nothing protects. A destroy of it would take the final snapshot at
 * once, then wait for hours until the volume is detached, and delete it with everything that was written in between.
 *
 * Terraform checks no condition when it destroys, but it reads data sources: a value that cannot be computed ends the plan.
 */
export class FreeVolume extends Construct {
  constructor(scope: Construct, id: string, props: FreeVolumeProps) {
    super(scope, id);
    const { identifyingTags, volumeId } = props;
    const inUse = { name: "status", values: ["in-use"] };
    this.refuse("this", new DataAwsEbsVolumes(this, "attached", { tags: identifyingTags, filter: [inUse] }), props);
    const filter = [inUse, { name: "volume-id", values: [volumeId] }];
    this.refuse("in_state", new DataAwsEbsVolumes(this, "attached_in_state", { filter }), props);
  }

  private refuse(id: string, { fqn }: DataAwsEbsVolumes, { protectionSetting, fix }: FreeVolumeProps): void {
    const words = `${protectionSetting}: expected true while a machine has the data volume \${join(" and ", ${fqn}.ids)}, got false, so nothing was changed; set it back to true, or ${fix}`;
    new DataAwsArn(this, id, {
      arn: `\${length(${fqn}.ids) == 0 ? "arn:aws:ec2:::volume" : tobool("${words}")}`,
    });
  }
}
