import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import type { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Ec2Tag } from "@cdktf/provider-aws/lib/ec2-tag";
import { Fn, TerraformStack } from "cdktf";
import { Construct } from "constructs";

const COMPLETE = { key: "Complete", value: "true" } as const;

/** The tag of a volume that a Terraform state has. */
export const completeTag: Readonly<Record<string, string>> = { [COMPLETE.key]: COMPLETE.value };

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
 * Imports a volume whose making was cut off between AWS's answer and the writing of the state, in place of making a second
 * one. Such a volume lacks the tag that a volume gets once it is in a state. So nobody adopts the volume of somebody else
 * who has the same names in the same account. Terraform skips the import of a resource that it knows, and every import
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
    const completed = this.volumes("completed", { ...identifyingTags, ...completeTag });
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
