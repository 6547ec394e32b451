import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { GeneratedSecret } from "../../modules/access/generated-secret";
import { ZoneOffering } from "../../modules/compute/zone-offering";
import { ReleaseParameters } from "../../modules/containers/release-parameters";
import { Repository } from "../../modules/containers/repository";
import { DataVolume } from "../../modules/storage/data-volume";
import { PrivateBucket } from "../../modules/storage/private-bucket";
import { SnapshotSchedule } from "../../modules/storage/snapshot-schedule";
import type { StackProps } from "../define-stack";
import { containerBucketName, noRelease, releaseParameterNames, repositoryName } from "../names/containers";
import { dataVolumeName, dataVolumeTags } from "../names/data-volume";
import { secretName } from "../names/secret";
import { WorkbenchStack } from "../workbench-stack";
import type { EcsDataSettings } from "./settings";

/** The data of the stack `ecs`: its volume with daily snapshots, the image repositories, and CouchDB's password. */
export class EcsDataStack extends WorkbenchStack<EcsDataSettings> {
  constructor(scope: Construct, props: StackProps<EcsDataSettings>) {
    super(scope, props);
    const { "ecs-data": data } = this.settings;

    const volume = this.volume(props.dependents);
    const repositories = data.repositories.map((service) => {
      const { uri } = new Repository(this, `repository_${service}`, {
        name: repositoryName(this.settings, service),
        holds: `every released image of ${service}`,
        keepUntagged: data.untaggedImages,
        preventDestroy: data.preventDestroy,
        deleteImages: !data.preventDestroy,
      });
      new ReleaseParameters(this, `release_${service}`, {
        service,
        ...releaseParameterNames(this.settings, service),
        initial: noRelease,
        preventDestroy: data.preventDestroy,
      });
      return [service, uri] as const;
    });
    const password = new GeneratedSecret(this, "admin_password", {
      name: secretName(this.settings, this.node.id, "couchdb-password"),
      holds: "the password of CouchDB's admin",
      // CouchDB's ini files end a value at some of these signs, and shells read others.
      excludeCharacters: "\"'`\\$%<>&;=#[]{}()| ",
      version: data.adminPasswordVersion,
      preventDestroy: data.preventDestroy,
      // A secret that can be restored would keep its name from the next deploy.
      recoveryWindowDays: 0,
    });

    new TerraformOutput(this, "volume_id", { value: volume.id, description: "The data volume, for the AWS CLI." });
    new TerraformOutput(this, "repositories", {
      value: Object.fromEntries(repositories),
      description: "Where the images of each service are pushed to.",
    });
    new TerraformOutput(this, "couchdb_password_arn", {
      value: password.arn,
      description: "The password of CouchDB's admin, in Secrets Manager.",
    });
    if (data.bucket) this.addBucket();
  }

  private volume(dependents: readonly string[]) {
    const { "ecs-data": data, aws, instanceTypes } = this.settings;
    const zone = { value: aws.availabilityZone, setting: "aws.availabilityZone" };
    const name = dataVolumeName(this.settings, this.node.id);
    const { snapshotSchedule } = data;
    // The volume depends on its schedule: a destroy that fails half-way leaves no volume without daily snapshots.
    const schedule = snapshotSchedule.enabled
      ? new SnapshotSchedule(this, "snapshot_schedule", {
          name: `${name}-snapshots`,
          partition: this.partition,
          volumeTag: { key: "Name", value: name },
          timeUtc: snapshotSchedule.timeUtc,
          retainCount: snapshotSchedule.retainCount,
        })
      : undefined;
    return new DataVolume(this, "data_volume", {
      name,
      identifyingTags: dataVolumeTags(this.settings, this.node.id),
      holds: "CouchDB's databases and settings, and the files of the other services",
      availabilityZone: zone,
      zoneFits: new ZoneOffering(this, "host_offering", {
        type: { value: instanceTypes.ecs, setting: "instanceTypes.ecs" },
        zone,
      }).exists,
      volumeSizeGiB: { value: data.volumeSizeGiB, setting: "ecs-data.volumeSizeGiB" },
      volumeType: "gp3",
      // What every gp3 volume has. If they are not said, AWS provider 5.100 asks for the IOPS that an imported gp2 volume had,
      // which gp3 refuses.
      iops: 3000,
      throughputMiBps: 125,
      kmsKeyArn: { value: data.kmsKeyArn, setting: "ecs-data.kmsKeyArn" },
      snapshotId: { value: data.snapshotId, setting: "ecs-data.snapshotId" },
      preventDestroy: { value: data.preventDestroy, setting: "ecs-data.preventDestroy" },
      replace: { value: data.replaceVolume, setting: "ecs-data.replaceVolume" },
      toDetach: `run \`${this.cdktf("destroy", dependents)}\` first`,
      finalSnapshot: data.finalSnapshot,
      dependsOn: schedule?.ready,
    }).volume;
  }

  private addBucket(): void {
    const { preventDestroy } = this.settings["ecs-data"];
    const { bucket } = new PrivateBucket(this, "bucket", {
      name: containerBucketName(this.settings, this.accountId),
      holds: "files with secrets that services read",
      preventDestroy,
      deleteObjects: !preventDestroy,
    });
    new TerraformOutput(this, "bucket_name", {
      value: bucket.bucket,
      description: "The bucket for files with secrets.",
    });
  }
}
