import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import { describeTags, type FoundVolume } from "./found-data-volume";

/** Which data volumes to find. */
export interface FoundDataVolumesProps {
  /** Tags that only these volumes carry. The tag `Index` tells one from the other. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** How many to find: those with the tag `Index` from 0 to one less. There may be more. */
  readonly count: FromSetting<number>;
  /** What to do if one is missing; ends the message. */
  readonly fix: string;
}

/**
 * The data volumes that another stack made, found by their tags. If one is missing, is there twice, or is being
 * retired, a plan fails with one sentence. A destroy does not fail: it uses the state, Terraform only warns about
 * conditions, and every attribute is a placeholder.
 */
export class FoundDataVolumes extends Construct {
  private readonly volumes: string;
  private readonly count: number;

  constructor(scope: Construct, id: string, { identifyingTags, count, fix }: FoundDataVolumesProps) {
    super(scope, id);
    this.count = count.value;
    const tagged = `tagged ${describeTags(identifyingTags)}`;
    const filter = [{ name: "status", values: ["creating", "available", "in-use"] }];
    const all = new DataAwsEbsVolumes(this, "all", {
      tags: identifyingTags,
      filter,
      lifecycle: {
        postcondition: [
          {
            condition: `\${length(self.ids) >= ${count.value}}`,
            errorMessage:
              `${count.setting}: expected ${count.value} data volumes ${tagged}, ` +
              `got \${length(self.ids) == 0 ? "none" : join(" and ", self.ids)}; ${fix}.`,
          },
        ],
      },
    });
    const candidates = new DataAwsEbsVolumes(this, "candidates", {
      count: count.value,
      tags: { ...identifyingTags, Index: "${count.index}" },
      filter,
      dependsOn: [all],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) == 1}",
            errorMessage:
              `data volume \${count.index}: expected one ${tagged}, Index=\${count.index}, ` +
              'got ${length(self.ids) == 0 ? "none" : join(" and ", self.ids)}; ' +
              "give each volume an Index tag of its own.",
          },
        ],
      },
    });
    const found = `data.aws_ebs_volumes.${candidates.friendlyUniqueId}`;
    const { friendlyUniqueId } = new DataAwsEbsVolume(this, "this", {
      // None or all: an index with a gap before it would name the wrong volume.
      count: TerraformCount.of(
        Token.asNumber(ref(`alltrue([for one in ${found} : length(one.ids) == 1]) ? ${count.value} : 0`)),
      ),
      filter: [{ name: "volume-id", values: [Token.asString(ref(`one(${found}[count.index].ids)`))] }],
      lifecycle: {
        postcondition: [
          {
            condition: '${!contains(keys(self.tags), "Retiring")}',
            errorMessage:
              `${count.setting}: expected at most \${count.index}, since data volume \${count.index} ` +
              `(\${self.id}) is being retired, got ${count.value}; set it to \${count.index}.`,
          },
        ],
      },
    });
    this.volumes = `data.aws_ebs_volume.${friendlyUniqueId}`;
  }

  /** The volumes, in order. */
  get all(): readonly FoundVolume[] {
    return Array.from({ length: this.count }, (_, index) => this.at(index));
  }

  /**
   * One of the volumes.
   *
   * @param index from 0, or the `index` of a TerraformCount: one volume for each resource of a block
   */
  at(index: number): FoundVolume {
    const attribute = (name: string, none: string | number) =>
      Token.asString(ref(`try(${this.volumes}[${Token.asString(index)}].${name}, ${JSON.stringify(none)})`));
    return {
      id: attribute("id", "none"),
      availabilityZone: attribute("availability_zone", "none"),
      sizeGiB: Token.asNumber(attribute("size", 0)),
    };
  }
}
