import { DataAwsArn } from "@cdktf/provider-aws/lib/data-aws-arn";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Construct } from "constructs";

/** Which volume has to be free, and how to free it. */
export interface FreeVolumeProps {
  /** The volume that is in the state. */
  readonly volumeId: string;
  /** Tags that no other volume carries: they tell which volume it is while its id is about to change. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** What to do when it is not, to end the message. */
  readonly fix: string;
}

/**
 * Fails the plan of a destroy while a machine has the volume. The AWS provider would take the final snapshot at once, then wait
 * for hours until the volume is detached, and delete it with whatever was written in between.
 *
 * Terraform checks no condition when it destroys, but it reads data sources: a value that cannot be had ends the plan.
 */
export class FreeVolume extends Construct {
  constructor(scope: Construct, id: string, { volumeId, identifyingTags, fix }: FreeVolumeProps) {
    super(scope, id);
    const inUse = { name: "status", values: ["in-use"] };
    this.refuse("this", new DataAwsEbsVolumes(this, "attached", { tags: identifyingTags, filter: [inUse] }), fix);
    const filter = [inUse, { name: "volume-id", values: [volumeId] }];
    this.refuse("in_state", new DataAwsEbsVolumes(this, "attached_in_state", { filter }), fix);
  }

  private refuse(id: string, { fqn }: DataAwsEbsVolumes, fix: string): void {
    const words = `destroy: a machine has the data volume \${join(" and ", ${fqn}.ids)}, so nothing was destroyed; ${fix}`;
    new DataAwsArn(this, id, {
      arn: `\${length(${fqn}.ids) == 0 ? "arn:aws:ec2:::volume" : tobool("${words}")}`,
    });
  }
}
