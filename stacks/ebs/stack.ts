import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Protection } from "../../guards/protection";
import { DataVolume } from "../../modules/storage/data-volume";
import { FreeVolume } from "../../modules/storage/free-volume";
import { SnapshotSchedule } from "../../modules/storage/snapshot-schedule";
import type { Settings } from "../../settings/schema";
import { dataVolumeName, dataVolumeTags } from "../names/data-volume";
import { WorkbenchStack, type WorkbenchStackProps } from "../workbench-stack";
import { volumeLimits } from "./volume-limits";

/** The data volume, which outlives every machine, and its daily snapshots. */
export class EbsStack extends WorkbenchStack {
  constructor(scope: Construct, props: WorkbenchStackProps) {
    const { settings, command } = props;
    super(scope, "ebs", props, { protection: protection(settings) });
    const { ebs, aws, ec2 } = settings;
    const limits = volumeLimits[ebs.volumeType];
    const name = dataVolumeName(settings);

    const { snapshotSchedule } = ebs;
    // The volume depends on its schedule: a destroy that fails half-way leaves no volume without daily snapshots.
    const schedule = snapshotSchedule.enabled
      ? new SnapshotSchedule(this, "snapshot_schedule", {
          name: `${this.prefix}-snapshots`,
          partition: this.partition,
          volumeName: name,
          timeUtc: snapshotSchedule.timeUtc,
          retainCount: snapshotSchedule.retainCount,
        })
      : undefined;

    const { volume, knownId } = new DataVolume(this, "data_volume", {
      name,
      identifyingTags: dataVolumeTags(settings),
      holds: `everything below ${ec2.mount.mountPoint} on the development machine`,
      availabilityZone: aws.availabilityZone,
      availabilityZoneSetting: "aws.availabilityZone",
      volumeSizeGiB: ebs.volumeSizeGiB,
      volumeSizeSetting: "ebs.volumeSizeGiB",
      volumeType: ebs.volumeType,
      iops: "iops" in limits ? ebs.iops : undefined,
      throughputMiBps: "throughput" in limits ? ebs.throughputMiBps : undefined,
      kmsKeyArn: ebs.kmsKeyArn ?? undefined,
      snapshotId: ebs.snapshotId ?? undefined,
      snapshotSetting: "ebs.snapshotId",
      // To retire it takes a destroy. A deploy would replace it, and take the final snapshot while a machine still writes.
      preventDestroy: ebs.preventDestroy || (command !== undefined && command.verb !== "destroy"),
      finalSnapshot: ebs.finalSnapshot,
      dependsOn: schedule?.ready,
    });
    if (command?.verb === "destroy") {
      new FreeVolume(this, "free_volume", {
        volumeId: knownId,
        identifyingTags: dataVolumeTags(settings),
        fix: "run `npx cdktf destroy ec2` first, or detach it",
      });
    }
    new TerraformOutput(this, "volume_id", { value: volume.id });
    new TerraformOutput(this, "availability_zone", { value: volume.availabilityZone });
    new TerraformOutput(this, "size_gib", { value: volume.size });
  }
}

function protection({ ebs }: Settings): Protection | undefined {
  if (!ebs.preventDestroy) return undefined;
  const kept = ebs.finalSnapshot
    ? "a final snapshot is kept, if ebs.finalSnapshot was true when ebs was last deployed"
    : "no snapshot is kept, unless ebs.finalSnapshot was true when ebs was last deployed";
  return {
    what: "the data volume",
    setting: "ebs.preventDestroy",
    retire: "npx cdktf destroy ec2`, then `WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs",
    consequence: kept,
  };
}
