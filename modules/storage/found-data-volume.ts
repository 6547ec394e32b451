import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEbsVolumes } from "@cdktf/provider-aws/lib/data-aws-ebs-volumes";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";

/** What distinguishes a data volume from all others. */
export interface FoundDataVolumeProps {
  /** Tags that exactly one volume carries. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** What to do when there is none, to end the message. */
  readonly fix: string;
  /** Do without: a destroy must not fail because the volume is gone, or goes by another name. @default false */
  readonly mayBeMissing?: boolean;
}

/** The one data volume that another stack made, found by its tags; a plan says so when there is none, or more than one. */
export class FoundDataVolume extends Construct {
  /** Its id. */
  readonly id: string;
  readonly availabilityZone: string;
  /** Size in GiB. */
  readonly sizeGiB: number;

  constructor(scope: Construct, id: string, props: FoundDataVolumeProps) {
    super(scope, id);
    if (props.mayBeMissing) {
      // A destroy goes by what the state says. Nothing of this reaches a resource.
      this.id = this.availabilityZone = "unknown";
      this.sizeGiB = 0;
      return;
    }
    const described = Object.entries(props.identifyingTags)
      .map(([key, value]) => `${key}=${value}`)
      .join(", ");
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
            errorMessage: `data volume: expected one tagged ${described}, got \${join(" and ", self.ids)}; change the Name tag of all but the right one.`,
          },
        ],
      },
    });
    const volume = new DataAwsEbsVolume(this, "this", {
      // There is one, else no plan gets here. `terraform destroy` does, and must not fail for a second one.
      filter: [{ name: "volume-id", values: [Token.asString(Fn.element(candidates.ids, 0))] }],
    });
    this.id = volume.id;
    this.availabilityZone = volume.availabilityZone;
    this.sizeGiB = volume.size;
  }
}
