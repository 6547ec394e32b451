import { DataAwsEbsSnapshot } from "@cdktf/provider-aws/lib/data-aws-ebs-snapshot";
import { DataAwsEbsSnapshotIds } from "@cdktf/provider-aws/lib/data-aws-ebs-snapshot-ids";
import { Op, type Precondition } from "cdktf";
import { Construct } from "constructs";

/** Looks a snapshot up, so that a plan says what is wrong with it before anything is made. */
export class SnapshotToRestore extends Construct {
  private readonly snapshot: DataAwsEbsSnapshot;
  private readonly snapshotId: string;

  constructor(scope: Construct, id: string, props: { readonly snapshotId: string }) {
    super(scope, id);
    this.snapshotId = props.snapshotId;
    const found = new DataAwsEbsSnapshotIds(this, "found", {
      filter: [{ name: "snapshot-id", values: [props.snapshotId] }],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) == 1}",
            errorMessage: `ebs.snapshotId: expected a snapshot in this account and region, got ${props.snapshotId}, which is not there; set it to null once the volume has been restored.`,
          },
        ],
      },
    });
    this.snapshot = new DataAwsEbsSnapshot(this, "this", { snapshotIds: [props.snapshotId], dependsOn: [found] });
  }

  /** Condition that a volume of `sizeGiB` can hold the snapshot. */
  fits(sizeGiB: number): Precondition {
    return {
      condition: Op.gte(sizeGiB, this.snapshot.volumeSize),
      errorMessage: `ebs.volumeSizeGiB: expected at least the ${this.snapshot.volumeSize} GiB of ${this.snapshotId}, got ${sizeGiB}.`,
    };
  }
}
