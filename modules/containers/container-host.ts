import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import type { Precondition } from "cdktf";
import { Construct } from "constructs";
import { MachineRole } from "../access/machine-role";
import type { AllowStatement } from "../access/policy-documents";
import { Host } from "../compute/host";
import type { MachineImage } from "../compute/machine-image";
import { volumeFillMetric } from "../monitoring/volume-fill";
import type { SecurityGroup } from "../network/security-group";
import type { Subnet } from "../network/subnet";
import type { ScriptBundle } from "../provisioning/script-bundle";
import { shellWord } from "../shell-word";
import { mountUnits, type PlannedMount } from "../storage/mount-plan";

/** Address of the host in Docker's network (`dockerBridgeBlock`), where its containers reach each other's ports. */
export const dockerGateway = "172.17.0.1";

/** A folder on the volume that a container sees. */
export interface HostFolder {
  /** Absolute path on the host, below the mount point. */
  readonly path: string;
  /** User id to whom a new folder is given. */
  readonly owner: number;
}

/** Properties of a container host. */
export interface ContainerHostProps {
  /** Name of the cluster, the role and the instance. */
  readonly name: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** EC2 instance type. A change stops the host, resizes it in place and starts it. */
  readonly instanceType: string;
  /** Image with Docker, the ECS agent and the Systems Manager agent. */
  readonly image: MachineImage;
  /** Whether a newer image replaces a running host. @default false: only a new host boots it */
  readonly followNew?: boolean;
  /** Subnet with a way to AWS. Changing this replaces the host. */
  readonly subnet: Subnet;
  /** Whether the host gets a public address. Changing this replaces the host. @default the subnet decides */
  readonly publicAddress?: boolean;
  readonly securityGroup: SecurityGroup;
  /** Scripts for a container host, a data volume and the first boot. Changed ones replace the host. */
  readonly scripts: ScriptBundle;
  /** The one data volume. Docker and the ECS agent start only while it is mounted. */
  readonly mount: PlannedMount;
  /** Folders on the volume. Changing one replaces the host. */
  readonly folders: readonly HostFolder[];
  /** Services whose new image waits for a snapshot of the volume. Changing this replaces the host. */
  readonly snapshotBefore: readonly string[];
  /** Tags of these snapshots, by which they are found. Changing one replaces the host. */
  readonly snapshotTags: Readonly<Record<string, string>>;
  /** The longest time that a container may have to end, in seconds. Changing this replaces the host. */
  readonly stopTimeoutSec: number;
  /** Size in GiB of the encrypted gp3 root volume, which is deleted with the host. */
  readonly rootVolumeSizeGiB: number;
  /** Default tags, which the root volume gets, too. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Conditions to check before a host is made. @default none */
  readonly preconditions?: readonly Precondition[];
}

/**
 * An ECS cluster with one EC2 host, whose containers keep their data on a volume that outlives it. Nobody logs in to
 * the host, and no port is open: Systems Manager reaches it.
 *
 * `scripts/machine/container-host/README.md` says what happens on the host.
 */
export class ContainerHost extends Construct {
  readonly cluster: EcsCluster;
  readonly host: Host;
  /** What tells its metrics from those of other hosts. */
  readonly metricDimensions: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ContainerHostProps) {
    super(scope, id);
    const { name, partition, region, accountId, mount } = props;
    this.metricDimensions = { Cluster: name };
    this.cluster = new EcsCluster(this, "cluster", {
      name,
      setting: [{ name: "containerInsights", value: "disabled" }],
      tags: { Name: name },
    });
    const role = new MachineRole(this, "role", {
      name,
      description: "What the container host may do on AWS",
      partition,
      statements: this.statements(`arn:${partition}:ec2:${region}`, accountId, mount.volume.id),
    });
    const configuration = JSON.stringify({
      region,
      cluster: name,
      volume: { id: mount.volume.id, mountPoint: mount.mountPoint.value },
      folders: props.folders,
      metrics: { namespace: volumeFillMetric.namespace, dimension: this.metricDimensions },
      stopTimeoutSec: props.stopTimeoutSec,
      gates: props.snapshotBefore,
      tags: props.snapshotTags,
    });
    this.host = new Host(this, "host", {
      name,
      instanceType: props.instanceType,
      image: props.image,
      followNew: props.followNew,
      subnet: props.subnet,
      publicAddress: props.publicAddress,
      securityGroup: props.securityGroup,
      role,
      scripts: props.scripts,
      commands: [
        `bash container-host/install-container-host ${[configuration, ...mountUnits([mount])].map(shellWord).join(" ")}`,
      ],
      mounts: [mount],
      rootVolumeSizeGiB: props.rootVolumeSizeGiB,
      defaultTags: props.defaultTags,
      preconditions: props.preconditions,
      dependsOn: [this.cluster],
    });
  }

  /**
   * What the ECS agent and the host's own programs need. Images, secrets and logs are the services' execution roles'.
   * Source: AWS, "Amazon ECS container instance IAM role" (read 2026-11).
   */
  private statements(ec2: string, accountId: string, volumeId: string): AllowStatement[] {
    const { arn } = this.cluster;
    const ofCluster = { ArnEquals: { "ecs:cluster": arn } };
    return [
      { actions: ["ecs:DiscoverPollEndpoint"], resources: ["*"] },
      {
        actions: [
          ...["RegisterContainerInstance", "DeregisterContainerInstance", "ListContainerInstances"].map(
            (action) => `ecs:${action}`,
          ),
          ...["SubmitTaskStateChange", "SubmitContainerStateChange", "SubmitAttachmentStateChanges"].map(
            (action) => `ecs:${action}`,
          ),
        ],
        resources: [arn],
      },
      {
        actions: ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:DescribeContainerInstances"],
        resources: ["*"],
        conditions: ofCluster,
      },
      {
        actions: ["cloudwatch:PutMetricData"],
        resources: ["*"],
        conditions: { StringEquals: { "cloudwatch:namespace": volumeFillMetric.namespace } },
      },
      {
        actions: ["ec2:CreateSnapshot"],
        resources: [`${ec2}:${accountId}:volume/${volumeId}`, `${ec2}::snapshot/*`],
      },
      {
        actions: ["ec2:CreateTags"],
        resources: [`${ec2}::snapshot/*`],
        conditions: { StringEquals: { "ec2:CreateAction": "CreateSnapshot" } },
      },
      { actions: ["ec2:DescribeInstances"], resources: ["*"] },
    ];
  }
}
