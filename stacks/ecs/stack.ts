import { type Precondition, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { FoundSecret } from "../../modules/access/found-secret";
import { InstanceType } from "../../modules/compute/instance-type";
import { type ImageChoice, MachineImage } from "../../modules/compute/machine-image";
import { ZoneOffering } from "../../modules/compute/zone-offering";
import { ContainerHost } from "../../modules/containers/container-host";
import { ContainerService } from "../../modules/containers/container-service";
import { FoundRepository } from "../../modules/containers/found-repository";
import { ReleasedImages } from "../../modules/containers/released-images";
import type { FromSetting } from "../../modules/from-setting";
import { dockerBridgeBlock } from "../../modules/network/cidr-overlap-plan";
import { FoundSubnet } from "../../modules/network/found-subnet";
import { cidrPeer } from "../../modules/network/peer";
import { everyPort, tcp } from "../../modules/network/port";
import { SecurityGroup } from "../../modules/network/security-group";
import type { Subnet } from "../../modules/network/subnet";
import { Vpc } from "../../modules/network/vpc";
import { VpcApartFrom } from "../../modules/network/vpc-apart-from";
import { WayOut } from "../../modules/network/way-out";
import { ScriptBundle } from "../../modules/provisioning/script-bundle";
import { FoundDataVolume } from "../../modules/storage/found-data-volume";
import { planMounts } from "../../modules/storage/mount-plan";
import { PrivateBucket } from "../../modules/storage/private-bucket";
import { sameZone } from "../../modules/storage/same-zone";
import type { StackProps } from "../define-stack";
import { hostBundle } from "../host-bundle";
import {
  clusterName,
  containerBucketName,
  noRelease,
  releaseParameterNames,
  releasePath,
  repositoryName,
  serviceNames,
} from "../names/containers";
import { dataVolumeTags } from "../names/data-volume";
import { ecsOptimizedImage, ownImage } from "../names/images";
import { secretName } from "../names/secret";
import { WorkbenchStack } from "../workbench-stack";
import { addAlarms } from "./alarms";
import { besideCouchdbMemoryMiB, couchdbContainers, couchdbHostFolders } from "./couchdb";
import { DescribedService, foldersOf, memoryOf, type ServiceContext, type ServiceImage } from "./described-service";
import { couchdbPort } from "./planned-services";
import { longestStopTimeoutSec } from "./service-settings";
import { type EcsSettings, ecsNetwork } from "./settings";

const dataStack = "ecs-data";

/** The container host and its services. All but their data, which `ecs-data` has, can be destroyed and made again. */
export class EcsStack extends WorkbenchStack<EcsSettings> {
  constructor(scope: Construct, props: StackProps<EcsSettings>) {
    super(scope, props);
    const { ecs } = this.settings;
    const name = clusterName(this.settings);
    const fix = `run \`${this.deployCommand}\``;

    const volume = new FoundDataVolume(this, "data_volume", {
      identifyingTags: dataVolumeTags(this.settings, dataStack),
      fix,
    });
    const password = new FoundSecret(this, "admin_password", {
      name: secretName(this.settings, dataStack, "couchdb-password"),
      fix,
    });
    const host = this.host(name, volume);
    const context: ServiceContext = {
      host,
      prefix: this.prefix,
      partition: this.partition,
      region: this.settings.aws.region,
      accountId: this.accountId,
      secretsKeyArns: ecs.secretsKeyArns,
      logRetentionDays: ecs.logRetentionDays,
      bucketName: containerBucketName(this.settings, this.accountId),
    };
    const released = new ReleasedImages(this, "released", {
      path: releasePath(this.settings),
      initial: noRelease,
    });
    this.couchdb(context, password, released);
    const described = this.describedServices().map(
      ({ name: service, setting, settings }) =>
        new DescribedService(this, service, {
          ...context,
          name: service,
          names: serviceNames(this.settings, service),
          settings,
          image: this.image(service, { value: settings.image, setting: `${setting}.image` }, released),
        }),
    );
    const queues = described.flatMap((service) => service.queues);
    const topic = addAlarms(this, {
      name,
      partition: this.partition,
      region: context.region,
      accountId: context.accountId,
      host,
      alarms: ecs.alarms,
      queues,
    });

    new TerraformOutput(this, "alarm_topic_arn", { value: topic.arn, description: "SNS topic of the alarms." });
    new TerraformOutput(this, "cluster", { value: host.cluster.name, description: "The cluster, for the AWS CLI." });
    new TerraformOutput(this, "instance_id", {
      value: host.host.instance.id,
      description: "The host, for the AWS CLI.",
    });
    new TerraformOutput(this, "fauxton", {
      value: forwardCommand(context.region, host.host.instance.id, couchdbPort),
      description: `Forwards CouchDB to this computer: then open http://127.0.0.1:${couchdbPort}/_utils.`,
    });
    new TerraformOutput(this, "couchdb_admin", {
      value: ecs.couchdb.adminName,
      description: "Name of CouchDB's admin.",
    });
    new TerraformOutput(this, "couchdb_password", {
      value:
        `aws secretsmanager get-secret-value --region ${context.region} --secret-id ${password.name} ` +
        "--query SecretString --output text",
      description: "Prints the password of CouchDB's admin.",
    });
    if (queues.length > 0) {
      new TerraformOutput(this, "queue_urls", {
        value: Object.fromEntries(queues.map(({ id, queue }) => [id, queue.url])),
        description: "Queues of the services.",
      });
    }
  }

  private host(name: string, volume: FoundDataVolume): ContainerHost {
    const { aws, ecs, instanceTypes } = this.settings;
    const { subnet, conditions } = this.place(name);
    const securityGroup = new SecurityGroup(this, "group", { name, description: "The container host", vpc: subnet });
    securityGroup.allowTo(cidrPeer("0.0.0.0/0"), everyPort, "AWS, registries of images, and what services reach");
    for (const block of ecs.couchdb.openTo) {
      securityGroup.allowFrom(cidrPeer(block), tcp(couchdbPort), "CouchDB and Fauxton");
    }
    const typeSetting = { value: instanceTypes.ecs, setting: "instanceTypes.ecs" };
    const type = new InstanceType(this, "instance_type", typeSetting);
    const offering = new ZoneOffering(this, "offering", {
      type: typeSetting,
      zone: { value: aws.availabilityZone, setting: "aws.availabilityZone" },
    });
    const [mount] = planMounts([
      {
        volume,
        mountPoint: { value: ecs.mountPoint, setting: "ecs.mountPoint" },
        fileSystem: ecs.fileSystem,
        owner: "root",
        mayFormat: true,
        waitSec: ecs.waitSec,
      },
    ]);
    if (mount === undefined) throw new Error("ecs: expected a mount for the data volume, got none");
    const image = new MachineImage(this, "image", { choice: this.imageChoice() });
    const services = this.describedServices();
    const memory = [
      { name: "couchdb", memoryMiB: ecs.couchdb.memoryMiB + besideCouchdbMemoryMiB },
      // Also before its first release, so that this does not fail.
      ...services.map(({ name, settings }) => ({ name, memoryMiB: memoryOf(settings) })),
    ];
    return new ContainerHost(this, "host", {
      name,
      partition: this.partition,
      region: aws.region,
      accountId: this.accountId,
      instanceType: instanceTypes.ecs,
      image,
      followNew: ecs.hostImage.followNew,
      subnet,
      publicAddress: ecs.subnetId === null ? true : undefined,
      securityGroup,
      scripts: new ScriptBundle(this, "scripts", {
        bucket: new PrivateBucket(this, "bundles", {
          name: { prefix: `${name}-` },
          holds: "scripts that the container host fetches at its first boot",
          deleteObjects: true,
        }),
        archive: hostBundle("container-host", "data-volume", "first-boot"),
      }),
      mount,
      folders: [...couchdbHostFolders(ecs.mountPoint), ...services.flatMap(({ settings }) => foldersOf(settings))],
      snapshotBefore: ["couchdb"],
      // Those that the daily snapshots have, since people look for one of either.
      snapshotTags: { ...this.defaultTags, ...dataVolumeTags(this.settings, dataStack), Stack: dataStack },
      // Not the longest of all services: another one would replace the host.
      stopTimeoutSec: longestStopTimeoutSec,
      rootVolumeSizeGiB: ecs.rootVolumeSizeGiB,
      defaultTags: this.defaultTags,
      preconditions: [
        sameZone(volume, subnet, "aws.availabilityZone"),
        ...conditions,
        ...type.boots({
          image,
          setting: "ecs.hostImage",
          followNew: ecs.hostImage.followNew,
          machineTags: { Name: name, Project: this.settings.project, Environment: this.settings.environment },
        }),
        offering.exists,
        type.hasMemoryFor({
          sumMiB: memory.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0),
          parts: memory.map((each) => `${each.name} ${each.memoryMiB}`).join(", "),
        }),
      ],
    });
  }

  /** The subnet of the host, and conditions of one that this program did not make. */
  private place(name: string): { readonly subnet: Subnet; readonly conditions: readonly Precondition[] } {
    const { aws, ecs } = this.settings;
    const zone = { value: aws.availabilityZone, setting: "aws.availabilityZone" };
    if (ecs.cidrBlock !== null) {
      const vpc = new Vpc(this, "vpc", { name, ...ecsNetwork(zone.value, ecs.cidrBlock) });
      return { subnet: vpc.publicSubnetIn(zone), conditions: [] };
    }
    const setting = "ecs.subnetId";
    const choice = ecs.subnetId === null ? { defaultIn: zone.value } : { id: ecs.subnetId };
    const subnet = new FoundSubnet(this, "subnet", { choice: { value: choice, setting } });
    if (ecs.subnetId === null) return { subnet, conditions: [] };
    const wayOut = new WayOut(this, "way_out", { subnet, setting });
    const apart = new VpcApartFrom(this, "vpc_blocks", {
      subnet,
      setting,
      block: dockerBridgeBlock,
      usedFor: "the network of containers",
    });
    return { subnet, conditions: [wayOut.precondition, apart.precondition] };
  }

  private couchdb(context: ServiceContext, password: FoundSecret, released: ReleasedImages): void {
    const { couchdb, mountPoint } = this.settings.ecs;
    const image = this.image("couchdb", { value: couchdb.image, setting: "ecs.couchdb.image" }, released);
    const service = new ContainerService(this, "couchdb", {
      ...context,
      ...serviceNames(this.settings, "couchdb"),
      name: "couchdb",
      cluster: context.host.cluster,
      instance: context.host.host.instance,
      containers: couchdbContainers({ ...couchdb, image: image.uri, passwordArn: password.arn, mountPoint }),
      taskCount: image.taskCount,
      preconditions: image.preconditions,
      dependsOn: context.host.host.ready,
    });
    image.repository?.grantPull(service.executionRole);
  }

  /** Grand Central, and the services that the settings add, with the settings that describe them. */
  private describedServices() {
    const { grandCentral, services } = this.settings.ecs;
    return [
      { name: "grand-central", setting: "ecs.grandCentral", settings: grandCentral },
      ...Object.entries(services).map(([name, settings]) => ({ name, setting: `ecs.services.${name}`, settings })),
    ];
  }

  private repository(service: string): FoundRepository {
    return new FoundRepository(this, `repository_${service}`, {
      name: repositoryName(this.settings, service),
      partition: this.partition,
      region: this.settings.aws.region,
      accountId: this.accountId,
      fix: `add ${service} to ecs-data.repositories, and run \`${this.deployCommand}\``,
    });
  }

  /** The image that a setting names, in a service's own repository or elsewhere; null: the one that was released. */
  private image(
    service: string,
    { value, setting }: FromSetting<string | null>,
    released: ReleasedImages,
  ): ServiceImage {
    if (value !== null && !value.startsWith("sha256:")) return { uri: value, preconditions: [], taskCount: 1 };
    const repository = this.repository(service);
    if (value !== null) return { ...repository.image({ value, setting }), taskCount: 1, repository };
    const { image: parameter } = releaseParameterNames(this.settings, service);
    const fix = `run \`${this.deployCommand}\``;
    return { ...released.of({ name: service, parameter, repository, fix }), preconditions: [], repository };
  }

  private imageChoice(): ImageChoice {
    const { source, id, architecture } = this.settings.ecs.hostImage;
    switch (source) {
      case "id":
        return { id: { value: id ?? "", setting: "ecs.hostImage.id" } };
      case "amazon":
        return { parameter: ecsOptimizedImage(architecture) };
      case "workbench":
        return {
          ...ownImage(this.settings.project, "ecs-host", architecture),
          fix: "build one with `packer build packer/ecs-host`, or set ecs.hostImage.source: amazon",
        };
    }
  }
}

/** The command that forwards a port of the host to this computer, through Systems Manager. */
function forwardCommand(region: string, instanceId: string, port: number): string {
  return (
    `aws ssm start-session --region ${region} --target ${instanceId} ` +
    `--document-name AWS-StartPortForwardingSession --parameters portNumber=${port},localPortNumber=${port}`
  );
}
