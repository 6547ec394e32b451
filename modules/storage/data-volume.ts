import type { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import type { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import { VolumeBlock, type VolumeBlockProps } from "./volume-block";

/** Properties of a data volume. */
export interface DataVolumeProps extends VolumeBlockProps {
  /** Name tag, by which the volume is found later. */
  readonly name: string;
  /** Tags, including Name, that no other volume carries. A volume that has them and is in no state is this one. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** Snapshot to restore; null: none. A plan fails if the volume was made from another one. @default a blank volume */
  readonly snapshotId?: FromSetting<string | null>;
}

/** One encrypted EBS volume for data that outlives every machine. */
export class DataVolume extends VolumeBlock {
  constructor(scope: Construct, id: string, props: DataVolumeProps) {
    const { name, identifyingTags, snapshotId } = props;
    super(scope, id, props, {
      tags: { Name: name },
      identifyingTags,
      snapshotId: snapshotId?.value ?? undefined,
      snapshots: snapshotId?.value ? [{ ...snapshotId, value: snapshotId.value }] : [],
    });
  }

  /** The volume itself. */
  get volume(): EbsVolume {
    return this.block;
  }
}
