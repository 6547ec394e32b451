import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { AdoptVolume, completeTag, tagsOfAdoption } from "./adopt-volume";
import { DeployedVolume, type FixedProperty } from "./deployed-volume";
import { SnapshotToRestore } from "./snapshot-to-restore";

/** EBS volume types for data, as AWS names them. */
export type VolumeType = "gp3" | "gp2" | "io1" | "io2" | "st1" | "sc1";

/** Properties of a data volume. */
export interface DataVolumeProps {
  /** Name tag, by which the volume is found later. */
  readonly name: string;
  /** Tags, including Name, that no other volume carries. A volume that has them and is in no state is this one. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** What the volume holds, for people who read a plan. */
  readonly holds: string;
  /** A volume stays in its zone: a plan with another zone fails. */
  readonly availabilityZone: string;
  /** The setting that names the zone, for messages. */
  readonly availabilityZoneSetting: string;
  /** Size in GiB. It can grow, never shrink. */
  readonly volumeSizeGiB: number;
  /** The setting that gives the size, for messages. */
  readonly volumeSizeSetting: string;
  /** EBS volume type. */
  readonly volumeType: VolumeType;
  /** Provisioned IOPS. @default the type's own */
  readonly iops?: number;
  /** Provisioned throughput in MiB/s. @default the type's own */
  readonly throughputMiBps?: number;
  /** Customer managed KMS key. A volume keeps its key: a plan with another key fails. @default the account's EBS key */
  readonly kmsKeyArn?: string;
  /** The setting that names the key, for messages. */
  readonly kmsKeySetting: string;
  /** Snapshot to restore. A plan fails if the volume was made from another one. @default a blank volume */
  readonly snapshotId?: string;
  /** The setting that names the snapshot, for messages. */
  readonly snapshotSetting: string;
  /** Refuse every plan that destroys or replaces the volume. @default true */
  readonly preventDestroy?: boolean;
  /** Keep a final snapshot when the volume is destroyed. @default true */
  readonly finalSnapshot?: boolean;
  /** Resources that must exist as long as the volume does. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** An encrypted EBS volume for data that outlives every machine. */
export class DataVolume extends Construct {
  /** The volume itself. */
  readonly volume: EbsVolume;
  /** The volume's id, known even in a plan that changes the volume. */
  readonly knownId: string;

  constructor(scope: Construct, id: string, props: DataVolumeProps) {
    super(scope, id);
    const zone = props.availabilityZone;
    const zones = new DataAwsAvailabilityZones(this, "zones", {
      state: "available",
      lifecycle: {
        postcondition: [
          {
            condition: `\${contains(self.names, "${zone}")}`,
            errorMessage: `${props.availabilityZoneSetting}: expected one of \${join(", ", self.names)}, got "${zone}".`,
          },
        ],
      },
    });
    const { snapshotId, snapshotSetting, volumeSizeGiB, volumeSizeSetting } = props;
    const snapshot = snapshotId
      ? new SnapshotToRestore(this, "snapshot", { snapshotId, snapshotSetting, volumeSizeSetting })
      : undefined;
    const deployed = new DeployedVolume(this, "deployed", {
      identifyingTags: { ...props.identifyingTags, ...completeTag },
    });
    const fixed: FixedProperty[] = [
      { attribute: "availability_zone", value: zone, setting: props.availabilityZoneSetting },
    ];
    if (props.kmsKeyArn) fixed.push({ attribute: "kms_key_id", value: props.kmsKeyArn, setting: props.kmsKeySetting });
    if (snapshotId) fixed.push({ attribute: "snapshot_id", value: snapshotId, setting: snapshotSetting });
    this.volume = new EbsVolume(this, "this", {
      availabilityZone: zone,
      size: volumeSizeGiB,
      type: props.volumeType,
      iops: props.iops,
      throughput: props.throughputMiBps,
      encrypted: true,
      kmsKeyId: props.kmsKeyArn,
      snapshotId,
      finalSnapshot: props.finalSnapshot ?? true,
      tags: { Name: props.name, Holds: props.holds },
      // A first snapshot of hundreds of GiB takes hours. Every try that gave up on it would leave one more snapshot.
      timeouts: { create: "30m", update: "2h", delete: "12h" },
      dependsOn: [zones, ...(props.dependsOn ?? [])],
      lifecycle: {
        preventDestroy: props.preventDestroy ?? true,
        ignoreChanges: tagsOfAdoption,
        precondition: [
          ...fixed.map((property) => deployed.keeps(property)),
          deployed.fitsInto(volumeSizeGiB, volumeSizeSetting),
          ...(snapshot ? [snapshot.fits(volumeSizeGiB)] : []),
        ],
      },
    });
    const { knownId } = new AdoptVolume(this, "adoption", {
      volume: this.volume,
      identifyingTags: props.identifyingTags,
      // Only with protection: without it, a replacement would destroy the adopted volume, and leave no final snapshot
      // yet.
      adopt: props.preventDestroy ?? true,
    });
    this.knownId = knownId;
  }
}
