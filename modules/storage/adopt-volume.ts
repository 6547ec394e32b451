import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import type { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Ec2Tag } from "@cdktf/provider-aws/lib/ec2-tag";
import { Fn, TerraformStack } from "cdktf";
import { Construct } from "constructs";

const COMPLETE = { key: "Complete", value: "true" } as const;

/** Tag of a volume that is recorded in a Terraform state. */
export const completeTag: Readonly<Record<string, string>> = { [COMPLETE.key]: COMPLETE.value };

/** For `ignore_changes` of the volume, since another resource sets this tag. */
export const tagsOfAdoption = [`tags["${COMPLETE.key}"]`, `tags_all["${COMPLETE.key}"]`];

/** Which volume to adopt. */
export interface AdoptVolumeProps {
  /** The resource to import it into. */
  readonly volume: EbsVolume;
  /** Tags that no other volume carries. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** Whether to import a half-made volume; otherwise only mark this one as complete. */
  readonly adopt: boolean;
}

/**
 * Imports a half-made volume instead of making a second one. A volume is half-made if AWS has created it, but the
 * deploy was cut off before Terraform wrote the state. Such a volume lacks the tag that a volume gets once it is in a
 * state. So nobody adopts the volume of somebody else who uses the same names in the same account. Terraform skips the
 * import of a resource that it knows, and every import in a destroy.
 */
export class AdoptVolume extends Construct {
  /**
   * The volume's id, read from the tag's resource: a plan knows it while the volume changes, but not while it is
   * replaced.
   */
  readonly knownId: string;

  constructor(scope: Construct, id: string, { volume, identifyingTags, adopt }: AdoptVolumeProps) {
    super(scope, id);
    const complete = new Ec2Tag(this, "complete", { resourceId: volume.id, ...COMPLETE });
    this.knownId = Fn.element(Fn.split(",", complete.id), 0);
    if (!adopt) return;
    const existing = this.volumes("existing", identifyingTags);
    const completed = this.volumes("completed", { ...identifyingTags, ...completeTag });
    const halfMade = `setsubtract(${existing}.ids, ${completed}.ids)`;
    // cdktf's own importFrom() has no for_each.
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
