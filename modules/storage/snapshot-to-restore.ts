import { DataAwsEbsSnapshot } from "@cdktf/provider-aws/lib/data-aws-ebs-snapshot";
import { DataAwsEbsSnapshotIds } from "@cdktf/provider-aws/lib/data-aws-ebs-snapshot-ids";
import { Op, type Precondition } from "cdktf";
import { Construct } from "constructs";

/** The snapshot, and the settings that messages name. */
export interface SnapshotToRestoreProps {
  /** Id of the snapshot. */
  readonly snapshotId: string;
  /** The setting that names the snapshot, for messages. */
  readonly snapshotSetting: string;
  /** The setting that gives the size of the volume, for messages. */
  readonly volumeSizeSetting: string;
}

/** Looks up a snapshot, so that the plan reports a problem with it before anything is made. */
export class SnapshotToRestore extends Construct {
  private readonly snapshot: DataAwsEbsSnapshot;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SnapshotToRestoreProps,
  ) {
    super(scope, id);
    const found = new DataAwsEbsSnapshotIds(this, "found", {
      filter: [{ name: "snapshot-id", values: [props.snapshotId] }],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.ids) == 1}",
            errorMessage:
              `${props.snapshotSetting}: expected a snapshot in this account and region, ` +
              `got ${props.snapshotId}, which is not there; ` +
              "set it to null once the volume has been restored.",
          },
        ],
      },
    });
    this.snapshot = new DataAwsEbsSnapshot(this, "this", { snapshotIds: [props.snapshotId], dependsOn: [found] });
  }

  /** Condition that a volume of `volumeSizeGiB` can hold the snapshot. */
  fits(volumeSizeGiB: number): Precondition {
    const { snapshotId, volumeSizeSetting } = this.props;
    return {
      condition: Op.gte(volumeSizeGiB, this.snapshot.volumeSize),
      errorMessage:
        `${volumeSizeSetting}: expected at least the ${this.snapshot.volumeSize} GiB of ${snapshotId}, ` +
        `got ${volumeSizeGiB}.`,
    };
  }
}
