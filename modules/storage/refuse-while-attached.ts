import { DataAwsArn } from "@cdktf/provider-aws/lib/data-aws-arn";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";

/** Which volumes no machine may have, and how to free one. */
export interface RefuseWhileAttachedProps {
  /** Ids of the volumes in the state. */
  readonly volumeIds: string[];
  /** Tags that no other volume carries. They find the volumes even if a plan changes their ids. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** The setting that no longer protects the volumes, or that replaces them, for the message. */
  readonly setting: FromSetting<boolean>;
  /** How to free a volume, for the message. */
  readonly fix: string;
}

/**
 * Fails every plan while a machine has a volume that nothing protects. A destroy would take the final snapshot at once,
 * wait for hours until the volume is detached, and delete it with everything written in between.
 *
 * In a destroy, Terraform checks no conditions, but it reads data sources. So this is a data source with an argument
 * that cannot be computed, which ends the plan. With `-refresh=false`, or `-target` of another resource, Terraform reads
 * none, and this refuses nothing.
 */
export class RefuseWhileAttached extends Construct {
  constructor(scope: Construct, id: string, props: RefuseWhileAttachedProps) {
    super(scope, id);
    const { identifyingTags, volumeIds } = props;
    const inUse = { name: "status", values: ["in-use"] };
    this.refuse("this", new DataAwsEbsVolumes(this, "attached", { tags: identifyingTags, filter: [inUse] }), props);
    const filter = [inUse, { name: "volume-id", values: volumeIds }];
    this.refuse("in_state", new DataAwsEbsVolumes(this, "attached_in_state", { filter }), props);
  }

  private refuse(
    id: string,
    { fqn }: DataAwsEbsVolumes,
    { setting: { setting, value }, fix }: RefuseWhileAttachedProps,
  ): void {
    const volumes = `\${join(" and ", ${fqn}.ids)}`;
    const words =
      `${setting}: expected ${!value} while a machine has the data volume ${volumes}, ` +
      `got ${value}, so nothing was changed; set it back to ${!value}, or ${fix}`;
    new DataAwsArn(this, id, {
      arn: `\${length(${fqn}.ids) == 0 ? "arn:aws:ec2:::volume" : tobool("${words}")}`,
    });
  }
}
