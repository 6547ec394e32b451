import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Token } from "cdktf";
import { Construct } from "constructs";
import { attributeOfOne, oneOf } from "../one-found";

/** A volume that another stack made. */
export interface FoundVolume {
  readonly id: string;
  readonly availabilityZone: string;
  /** Size in GiB. */
  readonly sizeGiB: number;
}

/** Which data volume to find. */
export interface FoundDataVolumeProps {
  /** Tags that exactly one volume carries. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** What to do if there is none; ends the message. */
  readonly fix: string;
}

/**
 * The one data volume that another stack made, found by its tags. If there is none, or more than one, a plan fails with
 * one sentence. A destroy does not fail: it uses the state, Terraform only warns about conditions, and every attribute
 * is a placeholder.
 */
export class FoundDataVolume extends Construct implements FoundVolume {
  readonly id: string;
  readonly availabilityZone: string;
  readonly sizeGiB: number;

  constructor(scope: Construct, id: string, props: FoundDataVolumeProps) {
    super(scope, id);
    const described = describeTags(props.identifyingTags);
    const candidates = new DataAwsEbsVolumes(this, "candidates", {
      tags: props.identifyingTags,
      filter: [{ name: "status", values: ["creating", "available", "in-use"] }],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) > 0}",
            errorMessage: `data volume: expected one tagged ${described}, got none; ${props.fix}.`,
          },
          {
            condition: "${length(self.ids) < 2}",
            errorMessage:
              `data volume: expected one tagged ${described}, got \${join(" and ", self.ids)}; ` +
              "change the Name tag of all but the right one.",
          },
        ],
      },
    });
    const { count, id: volumeId } = oneOf(candidates);
    const volume = new DataAwsEbsVolume(this, "this", {
      count,
      filter: [{ name: "volume-id", values: [volumeId] }],
    });
    this.id = attributeOfOne(volume, "id");
    this.availabilityZone = attributeOfOne(volume, "availability_zone");
    this.sizeGiB = Token.asNumber(attributeOfOne(volume, "size", 0));
  }
}

/** Tags in the words of a message: `Name=workbench-local-data, Project=workbench`. */
export function describeTags(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}
