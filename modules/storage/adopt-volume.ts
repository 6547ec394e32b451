import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import type { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Ec2Tag } from "@cdktf/provider-aws/lib/ec2-tag";
import { Fn, TerraformStack } from "cdktf";
import { Construct } from "constructs";

const COMPLETE = { key: "Complete", value: "true" } as const;

/** What `ignore_changes` of the volume must name: Terraform gives it this tag by another resource. */
export const tagsOfAdoption = [`tags["${COMPLETE.key}"]`, `tags_all["${COMPLETE.key}"]`];

/** Which volume is adopted. */
export interface AdoptVolumeProps {
  /** Where it goes. */
  readonly volume: EbsVolume;
  /** Tags that no other volume carries. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** Import one that is half-made; otherwise only mark this one as complete. */
  readonly adopt: boolean;
}

/**
 * Imports a volume whose making was cut off between AWS's answer and the writing of the state: a second one beside it would be of
 * no use. What distinguishes it is the lack of a tag that only a volume in a state gets, so that nobody adopts the volume of somebody
 * else who has the same names in the same account. Terraform passes over the import of what it knows already, and over every import
 * when it destroys.
 */
export class AdoptVolume extends Construct {
  /** The volume's id as its tag has it, which no change of the volume makes unknown; a replacement does. */
  readonly knownId: string;

  constructor(scope: Construct, id: string, { volume, identifyingTags, adopt }: AdoptVolumeProps) {
    super(scope, id);
    const complete = new Ec2Tag(this, "complete", { resourceId: volume.id, ...COMPLETE });
    this.knownId = Fn.element(Fn.split(",", complete.id), 0);
    if (!adopt) return;
    const existing = this.volumes("existing", identifyingTags);
    const completed = this.volumes("completed", { ...identifyingTags, [COMPLETE.key]: COMPLETE.value });
    const halfMade = `setsubtract(${existing}.ids, ${completed}.ids)`;
    // cdktf's own importFrom() knows no for_each.
    TerraformStack.of(this).addOverride("import", [
      {
        for_each: `\${length(${halfMade}) == 1 ? toset(${halfMade}) : toset([])}`,
        id: "${each.value}",
        to: `${volume.terraformResourceType}.${volume.friendlyUniqueId}`,
      },
    ]);
  }

  private volumes(id: string, tags: Readonly<Record<string, string>>): string {
    const filter = [{ name: "status", values: ["creating", "available", "in-use"] }];
    return new DataAwsEbsVolumes(this, id, { tags, filter }).fqn;
  }
}
