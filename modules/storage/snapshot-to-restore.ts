import { DataAwsEbsSnapshot } from "@cdktf/provider-aws/lib/data-aws-ebs-snapshot";
import { DataAwsEbsSnapshotIds } from "@cdktf/provider-aws/lib/data-aws-ebs-snapshot-ids";
import { Op, type Precondition } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";

/** The snapshot, and the volume to restore it into. */
export interface SnapshotToRestoreProps {
  /** Id of the snapshot. */
  readonly snapshotId: FromSetting<string>;
  /** Size of the volume in GiB. */
  readonly volumeSizeGiB: FromSetting<number>;
}

/** Looks up a snapshot, so that the plan reports a problem with it before anything is made. */
export class SnapshotToRestore extends Construct {
  /** Condition that the volume can hold the snapshot. */
  readonly fits: Precondition;

  constructor(scope: Construct, id: string, { snapshotId, volumeSizeGiB }: SnapshotToRestoreProps) {
    super(scope, id);
    const found = new DataAwsEbsSnapshotIds(this, "found", {
      filter: [{ name: "snapshot-id", values: [snapshotId.value] }],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) == 1}",
            errorMessage:
              `${snapshotId.setting}: expected a snapshot in this account and region, ` +
              `got ${snapshotId.value}, which is not there; ` +
              "set it to null once the volume has been restored.",
          },
        ],
      },
    });
    const snapshot = new DataAwsEbsSnapshot(this, "this", {
      snapshotIds: [snapshotId.value],
      dependsOn: [found],
      lifecycle: {
        postcondition: [
          {
            condition: '${self.state == "completed"}',
            errorMessage:
              `${snapshotId.setting}: expected a completed snapshot, got ${snapshotId.value}, ` +
              "which is ${self.state}; wait for it with " +
              `\`aws ec2 wait snapshot-completed --snapshot-ids ${snapshotId.value}\`.`,
          },
        ],
      },
    });
    this.fits = {
      condition: Op.gte(volumeSizeGiB.value, snapshot.volumeSize),
      errorMessage:
        `${volumeSizeGiB.setting}: expected at least the ${snapshot.volumeSize} GiB of ${snapshotId.value}, ` +
        `got ${volumeSizeGiB.value}.`,
    };
  }
}
