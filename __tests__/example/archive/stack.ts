import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { FoundSecret } from "../../../modules/access/found-secret";
import { MachineRole } from "../../../modules/access/machine-role";
import { Parameter } from "../../../modules/access/parameter";
import type { AllowStatement } from "../../../modules/access/policy-documents";
import { Host } from "../../../modules/compute/host";
import { type ImageChoice, MachineImage } from "../../../modules/compute/machine-image";
import { ownAccountEndpointPolicy } from "../../../modules/network/endpoint-policy";
import { https } from "../../../modules/network/port";
import { SecurityGroup } from "../../../modules/network/security-group";
import { Vpc } from "../../../modules/network/vpc";
import { ScriptBundle } from "../../../modules/provisioning/script-bundle";
import { shellWord } from "../../../modules/shell-word";
import { FoundDataVolumes } from "../../../modules/storage/found-data-volumes";
import { mountUnits, planMounts } from "../../../modules/storage/mount-plan";
import { PrivateBucket } from "../../../modules/storage/private-bucket";
import { sameZone } from "../../../modules/storage/same-zone";
import type { StackProps } from "../../../stacks/define-stack";
import { hostBundle } from "../../../stacks/host-bundle";
import { dataVolumesTags } from "../../../stacks/names/data-volume";
import { debianImage } from "../../../stacks/names/images";
import { secretName } from "../../../stacks/names/secret";
import { WorkbenchStack } from "../../../stacks/workbench-stack";
import { type ArchiveSettings, archiveNetwork } from "./settings";

/** The host of the archive, and all but its data: volumes and key of `archive-data`, which outlive it. */
export class ArchiveStack extends WorkbenchStack<ArchiveSettings> {
  constructor(scope: Construct, props: StackProps<ArchiveSettings>) {
    super(scope, props);
    const { aws, archive } = this.settings;
    const name = `${this.prefix}-archive`;
    const zone = { value: aws.availabilityZone, setting: "aws.availabilityZone" };
    const fix = `run \`${this.deployCommand}\``;

    const volumes = new FoundDataVolumes(this, "volumes", {
      identifyingTags: dataVolumesTags(this.settings, "archive-data"),
      count: { value: archive.volumes, setting: "archive.volumes" },
      fix: `${fix} with archive-data.volumes at ${archive.volumes} or more, or lower archive.volumes`,
    }).all;
    const key = new FoundSecret(this, "key", { name: secretName(this.settings, "archive-data", "key"), fix });

    const vpc = new Vpc(this, "vpc", { name, ...archiveNetwork(zone.value, archive.cidrBlock) });
    const subnet = vpc.privateSubnetIn(zone);
    const s3 = vpc.addGatewayEndpoint("s3", ownAccountEndpointPolicy(this.accountId));
    const ssm = vpc.addInterfaceEndpoint("ssm", ownAccountEndpointPolicy(this.accountId, this.sharedParameter()));
    const secrets = vpc.addInterfaceEndpoint("secretsmanager", ownAccountEndpointPolicy(this.accountId));
    const securityGroup = new SecurityGroup(this, "group", { name, description: "The host of the archive", vpc });
    securityGroup.allowTo(s3, https, "Scripts of the first boot");
    securityGroup.allowTo(ssm.securityGroup, https, "Parameters");
    ssm.allowFrom(securityGroup, "Parameters of the archive");
    securityGroup.allowTo(secrets.securityGroup, https, "Secrets");
    secrets.allowFrom(securityGroup, "The key of the archive");

    const role = new MachineRole(this, "role", {
      name,
      description: "What the host of the archive may do on AWS",
      partition: this.partition,
      systemsManager: false,
      statements: this.sharedParameter(),
    });
    const title = new Parameter(this, "title", {
      name: `/${this.prefix}/archive/title`,
      description: "Title of the archive",
      value: archive.title,
    });
    title.grantRead(role);
    key.grantRead(role);

    const mounts = planMounts(
      volumes.map((volume, index) => ({
        volume,
        name: `part${index}`,
        mountPoint: { value: `${archive.mountPoint}/${index}`, setting: "archive.mountPoint" },
        fileSystem: archive.fileSystem,
        owner: "root",
        mayFormat: true,
        waitSec: 120,
      })),
    );
    const configuration = JSON.stringify({
      region: aws.region,
      parts: mounts.map(({ mountPoint }) => mountPoint.value),
      title: title.name,
      shared: archive.sharedParameterArn,
      key: key.arn,
    });
    const host = new Host(this, "host", {
      name,
      instanceType: archive.instanceType,
      image: new MachineImage(this, "image", { choice: this.imageChoice() }),
      subnet,
      securityGroup,
      role,
      scripts: new ScriptBundle(this, "scripts", {
        bucket: new PrivateBucket(this, "bundles", {
          name: { prefix: `${name}-` },
          holds: "scripts that the host of the archive fetches at its first boot",
          deleteObjects: true,
        }),
        archive: hostBundle("archive", "data-volume", "first-boot"),
      }),
      commands: [`bash archive/install-archive ${[configuration, ...mountUnits(mounts)].map(shellWord).join(" ")}`],
      mounts,
      rootVolumeSizeGiB: archive.rootVolumeSizeGiB,
      defaultTags: this.defaultTags,
      preconditions: volumes.map((volume) => sameZone(volume, subnet, zone.setting)),
      dependsOn: [...s3.ready, ...ssm.ready, ...secrets.ready],
    });

    new TerraformOutput(this, "volume_ids", {
      value: volumes.map(({ id }) => id),
      description: "The volumes on the host, in order.",
    });
    new TerraformOutput(this, "instance_id", { value: host.instance.id, description: "The host, for the AWS CLI." });
  }

  /** Permission to read the parameter of another account, if there is one. */
  private sharedParameter(): readonly AllowStatement[] {
    const { sharedParameterArn } = this.settings.archive;
    return sharedParameterArn === null ? [] : [{ actions: ["ssm:GetParameter"], resources: [sharedParameterArn] }];
  }

  private imageChoice(): ImageChoice {
    const { imageId } = this.settings.archive;
    if (imageId !== null) return { id: { value: imageId, setting: "archive.imageId" } };
    return { ...debianImage("amd64"), fix: "choose another region or set archive.imageId" };
  }
}
