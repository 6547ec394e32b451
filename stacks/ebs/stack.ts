import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { ZoneOffering } from "../../modules/compute/zone-offering";
import { DataVolume } from "../../modules/storage/data-volume";
import { SnapshotSchedule } from "../../modules/storage/snapshot-schedule";
import type { StackProps } from "../define-stack";
import { dataVolumeName, dataVolumeTags } from "../names/data-volume";
import { WorkbenchStack } from "../workbench-stack";
import type { EbsSettings } from "./settings";
import { volumeLimits } from "./volume-limits";

/** The data volume, which outlives every machine, and its daily snapshots. */
export class EbsStack extends WorkbenchStack<EbsSettings> {
  constructor(scope: Construct, props: StackProps<EbsSettings>) {
    super(scope, props);
    const { ebs, aws, instanceTypes } = this.settings;
    const zone = { value: aws.availabilityZone, setting: "aws.availabilityZone" };
    const limits = volumeLimits[ebs.volumeType];
    const name = dataVolumeName(this.settings);

    const { snapshotSchedule } = ebs;
    // The volume depends on its schedule: a destroy that fails half-way leaves no volume without daily snapshots.
    const schedule = snapshotSchedule.enabled
      ? new SnapshotSchedule(this, "snapshot_schedule", {
          name: `${this.prefix}-snapshots`,
          partition: this.partition,
          volumeTag: { key: "Name", value: name },
          timeUtc: snapshotSchedule.timeUtc,
          retainCount: snapshotSchedule.retainCount,
        })
      : undefined;

    const { volume } = new DataVolume(this, "data_volume", {
      name,
      identifyingTags: dataVolumeTags(this.settings),
      holds: "everything that the development machine keeps",
      availabilityZone: zone,
      zoneFits: new ZoneOffering(this, "machine_offering", {
        type: { value: instanceTypes.ec2, setting: "instanceTypes.ec2" },
        zone,
      }).exists,
      volumeSizeGiB: { value: ebs.volumeSizeGiB, setting: "ebs.volumeSizeGiB" },
      volumeType: ebs.volumeType,
      iops: "iops" in limits ? ebs.iops : undefined,
      throughputMiBps: "throughput" in limits ? ebs.throughputMiBps : undefined,
      kmsKeyArn: { value: ebs.kmsKeyArn, setting: "ebs.kmsKeyArn" },
      snapshotId: { value: ebs.snapshotId, setting: "ebs.snapshotId" },
      preventDestroy: { value: ebs.preventDestroy, setting: "ebs.preventDestroy" },
      toDetach: `run \`${this.cdktf("destroy", props.dependents)}\` first`,
      finalSnapshot: ebs.finalSnapshot,
      dependsOn: schedule?.ready,
    });
    new TerraformOutput(this, "volume_id", { value: volume.id, description: "The data volume, for the AWS CLI." });
    new TerraformOutput(this, "availability_zone", {
      value: volume.availabilityZone,
      description: "The only zone whose machines can have the volume.",
    });
    new TerraformOutput(this, "size_gib", { value: volume.size, description: "Size of the volume in GiB." });
  }
}
