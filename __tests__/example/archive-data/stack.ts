import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { GeneratedSecret } from "../../../modules/access/generated-secret";
import { DataVolumes } from "../../../modules/storage/data-volumes";
import { SnapshotSchedule } from "../../../modules/storage/snapshot-schedule";
import type { StackProps } from "../../../stacks/define-stack";
import { dataVolumesName, dataVolumesTags } from "../../../stacks/names/data-volume";
import { secretName } from "../../../stacks/names/secret";
import { WorkbenchStack } from "../../../stacks/workbench-stack";
import type { ArchiveDataSettings } from "./settings";

/** The volumes of the archive, their daily snapshots, and its key. */
export class ArchiveDataStack extends WorkbenchStack<ArchiveDataSettings> {
  constructor(scope: Construct, props: StackProps<ArchiveDataSettings>) {
    super(scope, props);
    const { "archive-data": data, aws } = this.settings;
    const name = dataVolumesName(this.settings, this.node.id);
    const schedule = new SnapshotSchedule(this, "snapshot_schedule", {
      name: `${name}-snapshots`,
      partition: this.partition,
      volumeTag: { key: "Set", value: name },
      timeUtc: "03:00",
      retainCount: 7,
    });
    const volumes = new DataVolumes(this, "volumes", {
      name,
      identifyingTags: dataVolumesTags(this.settings, this.node.id),
      holds: "a part of the archive",
      count: { value: data.volumes, setting: "archive-data.volumes" },
      retireCommand: this.retireCommand,
      availabilityZone: { value: aws.availabilityZone, setting: "aws.availabilityZone" },
      volumeSizeGiB: { value: data.volumeSizeGiB, setting: "archive-data.volumeSizeGiB" },
      volumeType: "gp3",
      preventDestroy: { value: data.preventDestroy, setting: "archive-data.preventDestroy" },
      toDetach: `run \`${this.cdktf("destroy", props.dependents)}\` first`,
      dependsOn: schedule.ready,
    });
    const key = new GeneratedSecret(this, "key", {
      name: secretName(this.settings, this.node.id, "key"),
      holds: "the key of the archive",
      // JSON, shells and Terraform write the others as they are.
      excludeCharacters: "\"'`\\$%<>&",
      preventDestroy: data.preventDestroy,
      // A secret that can be restored would keep its name from the next deploy.
      recoveryWindowDays: 0,
    });
    new TerraformOutput(this, "volume_ids", { value: volumes.ids, description: "The volumes, in order." });
    new TerraformOutput(this, "key_arn", { value: key.arn, description: "The key, in Secrets Manager." });
  }
}
