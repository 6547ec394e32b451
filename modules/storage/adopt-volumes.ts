import type { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Ec2Tag } from "@cdktf/provider-aws/lib/ec2-tag";
import { Fn, ref, Token } from "cdktf";
import { Construct } from "constructs";
import { resourceAddress } from "../resource-address";
import { TerraformBlock } from "../terraform-block";
import type { ExistingVolumes } from "./existing-volumes";

const COMPLETE = { key: "Complete", value: "true" } as const;

/** For `ignore_changes` of a volume, since another resource sets this tag. */
export const tagsOfAdoption = [`tags["${COMPLETE.key}"]`, `tags_all["${COMPLETE.key}"]`];

/** Which volumes to adopt. */
export interface AdoptVolumesProps {
  /** The block to import them into. */
  readonly block: EbsVolume;
  /** Number of volumes of the block; the tag `Index` gives each its place. @default one volume, without `count` */
  readonly count?: number;
  /** The volumes that AWS has. */
  readonly existing: ExistingVolumes;
  /** Whether to import half-made volumes; otherwise only mark these as complete. */
  readonly adopt: boolean;
}

/**
 * Imports half-made volumes instead of making second ones. A volume is half-made if AWS has created it, but the deploy
 * was cut off before Terraform wrote the state. Such a volume lacks the tag that a volume gets once it is in a state.
 * So nobody adopts the volume of somebody else who uses the same names in the same account. Terraform skips the import
 * of a resource that it knows, and every import in a destroy.
 */
export class AdoptVolumes extends Construct {
  /**
   * The volumes' ids, read from the tags' resources: a plan knows them while a volume changes, but not while it is
   * replaced.
   */
  readonly knownIds: string[];

  constructor(scope: Construct, id: string, { block, count, existing, adopt }: AdoptVolumesProps) {
    super(scope, id);
    const address = resourceAddress(block);
    const complete = new Ec2Tag(this, "complete", {
      count,
      resourceId: count === undefined ? block.id : Token.asString(ref(`${address}[count.index].id`)),
      ...COMPLETE,
    });
    const tag = resourceAddress(complete);
    this.knownIds =
      count === undefined
        ? [Fn.element(Fn.split(",", complete.id), 0)]
        : Token.asList(ref(`[for tag in ${tag} : element(split(",", tag.id), 0)]`));
    if (!adopt) return;
    const [place, to, limit] =
      count === undefined ? ['"0"', address, 1] : ['volume.tags["Index"]', `${address}[each.value.index]`, count];
    const incomplete = `lookup(volume.tags, "${COMPLETE.key}", "") != "${COMPLETE.value}"`;
    const halfMade = `{ for volume in ${existing.all} : ${place} => volume.id... if ${incomplete} }`;
    const target = "{ id = ids[0], index = tonumber(index) }";
    const unambiguous = `length(ids) == 1 && tonumber(index) < ${limit}`;
    // cdktf's own importFrom() has no for_each. Of two half-made volumes with one place, Terraform cannot tell which.
    new TerraformBlock(this, "half_made", {
      type: "import",
      body: {
        for_each: `\${{ for index, ids in ${halfMade} : index => ${target} if ${unambiguous} }}`,
        id: "${each.value.id}",
        to,
      },
    });
  }
}
