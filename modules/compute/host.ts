import { Ec2InstanceState } from "@cdktf/provider-aws/lib/ec2-instance-state";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import type { ITerraformDependable, Precondition } from "cdktf";
import { Construct } from "constructs";
import type { MachineRole } from "../access/machine-role";
import { dependLate } from "../late-dependencies";
import type { SecurityGroup } from "../network/security-group";
import type { Subnet } from "../network/subnet";
import type { ScriptBundle } from "../provisioning/script-bundle";
import { firstBootCommands, type PlannedMount } from "../storage/mount-plan";
import { VolumeMount } from "../storage/volume-mount";
import { terraformLiteral } from "../terraform-literal";
import type { MachineImage } from "./machine-image";
import { notShuttingDown } from "./not-shutting-down";

/** Properties of a host. */
export interface HostProps {
  /** Name tag. */
  readonly name: string;
  /** EC2 instance type. A change stops the host, resizes it in place and starts it. */
  readonly instanceType: string;
  /** Image to boot. */
  readonly image: MachineImage;
  /** Whether a newer image replaces a running host. @default false: only a new host boots it */
  readonly followNew?: boolean;
  /** Subnet of the host. Changing this replaces the host. */
  readonly subnet: Subnet;
  /** Whether the host gets a public address. Changing this replaces the host. @default the subnet decides */
  readonly publicAddress?: boolean;
  /** Security group that says who may connect, and where the host may connect to. */
  readonly securityGroup: SecurityGroup;
  /** What the host may do on AWS, now and by later grants. */
  readonly role: MachineRole;
  /** Scripts that the host fetches at its first boot. Changed ones replace the host. */
  readonly scripts: ScriptBundle;
  /** Commands for bash in the scripts' folder. They run at the first boot, as root, before the volumes are mounted. */
  readonly commands: readonly string[];
  /** Data volumes, from `planMounts`. Changing one replaces the host. @default none */
  readonly mounts?: readonly PlannedMount[];
  /** Size in GiB of the encrypted gp3 root volume, which is deleted with the host. */
  readonly rootVolumeSizeGiB: number;
  /** Tags of the root volume in addition to Name. The provider does not update its own default tags there. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Conditions to check before a host is made. @default none */
  readonly preconditions?: readonly Precondition[];
  /** Further resources that must exist as long as the host does, such as endpoints of services. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * An EC2 instance that nobody logs in to: no key pair, IMDSv2 only, encrypted. At its first boot, it fetches scripts
 * with its role, runs commands, and mounts its volumes. To change it is to replace it; its data is on the volumes.
 *
 * Terraform stops it to detach a volume. If a destroy or a replacement is cut off after that, or somebody stops the host,
 * the next plan shows it, and the next deploy starts the host, with its volumes.
 */
export class Host extends Construct {
  /** The instance itself. */
  readonly instance: Instance;
  /** The host, running and with its volumes. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: HostProps) {
    super(scope, id);
    const { image, role, scripts, subnet, securityGroup, mounts = [] } = props;
    const preconditions = [
      ...image.leavesFree(mounts.map(({ deviceName }) => deviceName)),
      ...(props.preconditions ?? []),
    ];
    scripts.grantRead(role);
    this.instance = new Instance(this, "this", {
      ami: image.imageId,
      instanceType: props.instanceType,
      subnetId: subnet.id,
      associatePublicIpAddress: props.publicAddress,
      vpcSecurityGroupIds: [securityGroup.id],
      iamInstanceProfile: role.instanceProfile.name,
      userData: terraformLiteral(scripts.userData([...props.commands, ...firstBootCommands(mounts)])),
      userDataReplaceOnChange: true,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: props.rootVolumeSizeGiB,
        tags: { ...props.defaultTags, Name: props.name },
      },
      tags: { Name: props.name },
      lifecycle: {
        ignoreChanges: props.followNew ? undefined : ["ami"],
        precondition: preconditions.length > 0 ? preconditions : undefined,
        postcondition: [notShuttingDown],
      },
    });
    dependLate(this.instance, () => [
      ...role.ready,
      ...subnet.ready,
      ...securityGroup.ready,
      ...(props.dependsOn ?? []),
    ]);
    const { attachments } = new VolumeMount(this, "data", { mounts, machine: this });
    // Its destroy does nothing on AWS.
    const running = new Ec2InstanceState(this, "running", {
      instanceId: this.instance.id,
      state: "running",
      dependsOn: [...attachments],
    });
    this.ready = [running];
  }
}
