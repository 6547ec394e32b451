import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import type { ITerraformDependable, Precondition } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import { AdoptVolumes, tagsOfAdoption } from "./adopt-volumes";
import { ExistingVolumes, type FixedProperty } from "./existing-volumes";
import { RefuseWhileAttached } from "./refuse-while-attached";
import { SnapshotToRestore } from "./snapshot-to-restore";

/** EBS volume types for data, as AWS names them. */
export type VolumeType = "gp3" | "gp2" | "io1" | "io2" | "st1" | "sc1";

/** Properties of a block of data volumes: of one volume, or of each of several. */
export interface VolumeBlockProps {
  /** What a volume holds, for people who read a plan. */
  readonly holds: string;
  /** A volume stays in its zone: a plan with another zone fails. */
  readonly availabilityZone: FromSetting<string>;
  /** Condition that the zone offers what the volume is for. @default none */
  readonly zoneFits?: Precondition;
  /** Size in GiB. It can grow, never shrink. */
  readonly volumeSizeGiB: FromSetting<number>;
  /** EBS volume type. */
  readonly volumeType: VolumeType;
  /** Provisioned IOPS. @default the type's own */
  readonly iops?: number;
  /** Provisioned throughput in MiB/s. @default the type's own */
  readonly throughputMiBps?: number;
  /**
   * Customer managed KMS key; null: the account's EBS key. A volume keeps its key: a plan with another key fails.
   *
   * @default the account's EBS key
   */
  readonly kmsKeyArn?: FromSetting<string | null>;
  /**
   * Refuse every plan that destroys or replaces a volume. If false, refuse every plan while a machine has one.
   *
   * @default true
   */
  readonly preventDestroy?: FromSetting<boolean>;
  /** How to detach a volume from its machine, for a message. */
  readonly toDetach: string;
  /**
   * Let a plan replace the volume by one from another snapshot, unless a machine has it. A final snapshot is kept only if
   * the last deploy said so. @default false: a plan with another snapshot fails
   */
  readonly replace?: FromSetting<boolean>;
  /** Keep a final snapshot when a volume is destroyed. @default true */
  readonly finalSnapshot?: boolean;
  /** Resources that must exist as long as the volumes do. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** What tells one volume from several. */
export interface VolumeBlockForm {
  /** Tags, including Name, that the block sets. */
  readonly tags: Readonly<Record<string, string>>;
  /** Tags that no volume of another block carries. A volume that has them and is in no state belongs to this block. */
  readonly identifyingTags: Readonly<Record<string, string>>;
  /** Number of volumes. @default one volume, without `count` */
  readonly count?: number;
  /** Terraform's expression for the snapshot to restore. @default blank volumes */
  readonly snapshotId?: string;
  /** The snapshots in that expression. `index` is the volume's, if there are several. */
  readonly snapshots: readonly (FromSetting<string> & { readonly index?: number })[];
  /** More conditions to check before any volume is planned. @default none */
  readonly conditions?: (existing: ExistingVolumes) => readonly Precondition[];
}

/** Encrypted EBS volumes for data that outlives every machine: one Terraform block. */
export abstract class VolumeBlock extends Construct {
  /** The block itself. */
  protected readonly block: EbsVolume;

  protected constructor(scope: Construct, id: string, props: VolumeBlockProps, form: VolumeBlockForm) {
    super(scope, id);
    const { availabilityZone: zone, volumeSizeGiB, kmsKeyArn, replace, preventDestroy } = props;
    // The setting that lets a plan destroy a volume, if there is one.
    const exposing = replace?.value ? replace : preventDestroy?.value === false ? preventDestroy : undefined;
    const { identifyingTags, count, snapshots } = form;
    const existing = new ExistingVolumes(this, "existing", { identifyingTags });
    const fixed: FixedProperty[] = [{ attribute: "availability_zone", ...zone }];
    if (kmsKeyArn?.value) fixed.push({ ...kmsKeyArn, attribute: "kms_key_id", value: kmsKeyArn.value });
    if (!replace?.value)
      fixed.push(...snapshots.map((snapshot): FixedProperty => ({ attribute: "snapshot_id", ...snapshot })));
    // As conditions of the block, each volume would repeat them, and Terraform would add its own words about a volume
    // to destroy. Here they are checked once, and Terraform then plans no volume.
    const zones = new DataAwsAvailabilityZones(this, "zones", {
      state: "available",
      lifecycle: {
        precondition: [
          ...(form.conditions?.(existing) ?? []),
          ...fixed.map((property) => existing.keep(property)),
          existing.fitInto(volumeSizeGiB),
          ...snapshots.map(({ index, ...snapshotId }) => {
            const name = index === undefined ? "snapshot" : `snapshot_${index}`;
            return new SnapshotToRestore(this, name, { snapshotId, volumeSizeGiB }).fits;
          }),
        ],
        postcondition: [
          {
            condition: `\${contains(self.names, "${zone.value}")}`,
            errorMessage: `${zone.setting}: expected one of \${join(", ", self.names)}, got "${zone.value}".`,
          },
          ...(props.zoneFits ? [props.zoneFits] : []),
        ],
      },
    });
    this.block = new EbsVolume(this, "this", {
      count,
      availabilityZone: zone.value,
      size: volumeSizeGiB.value,
      type: props.volumeType,
      iops: props.iops,
      throughput: props.throughputMiBps,
      encrypted: true,
      kmsKeyId: kmsKeyArn?.value ?? undefined,
      snapshotId: form.snapshotId,
      finalSnapshot: props.finalSnapshot ?? true,
      tags: { ...form.tags, Holds: props.holds },
      // A first snapshot of hundreds of GiB takes hours. Every try that gave up on it would leave one more snapshot.
      timeouts: { create: "30m", update: "2h", delete: "12h" },
      dependsOn: [zones, ...(props.dependsOn ?? [])],
      lifecycle: { preventDestroy: exposing === undefined, ignoreChanges: tagsOfAdoption },
    });
    const { knownIds } = new AdoptVolumes(this, "adoption", {
      block: this.block,
      count,
      existing,
      // Only with protection: without it, a replacement would destroy the adopted volume, and leave no final snapshot
      // yet.
      adopt: exposing === undefined,
    });
    if (exposing === undefined) return;
    new RefuseWhileAttached(this, "free", {
      volumeIds: knownIds,
      identifyingTags,
      setting: exposing,
      fix: props.toDetach,
    });
  }
}
