import { type Precondition, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { MachineRole } from "../../modules/access/machine-role";
import { SshAccess } from "../../modules/access/ssh-access";
import { sshCommand } from "../../modules/access/ssh-command";
import { DevelopmentMachine } from "../../modules/compute/development-machine";
import { firstBootScript } from "../../modules/compute/first-boot";
import { ImageBuiltWith } from "../../modules/compute/image-built-with";
import { InstanceType } from "../../modules/compute/instance-type";
import { type ImageChoice, MachineImage } from "../../modules/compute/machine-image";
import { StopWhenIdle } from "../../modules/compute/stop-when-idle";
import { ZoneOffering } from "../../modules/compute/zone-offering";
import { FoundSubnet } from "../../modules/network/found-subnet";
import type { SshTarget } from "../../modules/provisioning/provisioners";
import { FoundDataVolume } from "../../modules/storage/found-data-volume";
import { planMounts } from "../../modules/storage/mount-plan";
import { sameZone } from "../../modules/storage/same-zone";
import { VolumeMount } from "../../modules/storage/volume-mount";
import type { StackProps } from "../define-stack";
import { hostScripts } from "../host-scripts";
import { dataVolumeTags } from "../names/data-volume";
import { builtWithTags, debianImage, ownImage } from "../names/images";
import { machineName, machineTags } from "../names/machine";
import { WorkbenchStack } from "../workbench-stack";
import type { Ec2Settings } from "./settings";

/** What to do about a machine that does not answer when its volume is to be unmounted. */
const whenSilent =
  "end this with Ctrl-C, then start the machine as npm run open does, or run the command with WORKBENCH_EC2_UNMOUNT_OVER_SSH=false.";

/** The development machine with the data volume mounted. Everything but the volume can be destroyed and made again. */
export class Ec2Stack extends WorkbenchStack<Ec2Settings> {
  constructor(scope: Construct, props: StackProps<Ec2Settings>) {
    super(scope, props);
    const { aws, ec2, ssh, services, instanceTypes } = this.settings;
    const name = machineName(this.settings);

    const volume = new FoundDataVolume(this, "data_volume", {
      identifyingTags: dataVolumeTags(this.settings),
      fix: `run \`${this.deployCommand}\``,
    });
    const subnet = new FoundSubnet(this, "subnet", {
      choice: {
        value: ec2.subnetId === null ? { defaultIn: aws.availabilityZone } : { id: ec2.subnetId },
        setting: "ec2.subnetId",
      },
    });
    const image = new MachineImage(this, "image", {
      choice: this.imageChoice(),
    });
    const access = new SshAccess(this, "ssh_access", {
      name,
      vpc: subnet,
      port: ssh.port,
      allowFrom: ssh.allowFrom,
      publicKey: {
        path: this.projectPath(ssh.publicKeyFile),
        written: { value: ssh.publicKeyFile, setting: "ssh.publicKeyFile" },
      },
    });
    const role = new MachineRole(this, "role", {
      name,
      description: "What the development machine may do on AWS",
      partition: this.partition,
      managedPolicyArns: ec2.role.managedPolicyArns,
      statements: ec2.role.statements,
    });
    const typeSetting = { value: instanceTypes.ec2, setting: "instanceTypes.ec2" };
    const type = new InstanceType(this, "instance_type", typeSetting);
    const offering = new ZoneOffering(this, "offering", {
      type: typeSetting,
      zone: { value: aws.availabilityZone, setting: "aws.availabilityZone" },
    });
    const mounts = planMounts([
      {
        volume,
        mountPoint: { value: ec2.mount.mountPoint, setting: "ec2.mount.mountPoint" },
        fileSystem: ec2.mount.fileSystem,
        owner: ssh.user,
        mayFormat: true,
        waitSec: ec2.mount.waitSec,
      },
    ]);
    const machine = new DevelopmentMachine(this, "machine", {
      name,
      instanceType: instanceTypes.ec2,
      image,
      followNew: ec2.image.followNew,
      subnet,
      securityGroup: access.securityGroup,
      keyPair: access.keyPair,
      role,
      userData: firstBootScript({ sshPort: ssh.port, user: ssh.user }),
      rootVolumeSizeGiB: { value: ec2.rootVolumeSizeGiB, setting: "ec2.rootVolumeSizeGiB" },
      defaultTags: this.defaultTags,
      elasticAddress: ec2.elasticAddress,
      dataVolume: volume,
      preconditions: [
        ...type.boots({
          image,
          setting: "ec2.image",
          followNew: ec2.image.followNew,
          machineTags: machineTags(this.settings),
        }),
        offering.exists,
        sameZone(volume, subnet, "aws.availabilityZone"),
        ...image.leavesFree(mounts.map(({ deviceName }) => deviceName)),
      ],
    });
    const target: SshTarget = {
      host: machine.address,
      port: ssh.port,
      user: ssh.user,
      privateKey: this.privateKey(),
      publicKeyFile: this.projectPath(ssh.publicKeyFile),
      timeoutSec: ssh.connectTimeoutSec,
    };
    const data = new VolumeMount(this, "data", {
      mounts,
      machine,
      ssh: {
        target,
        scriptsDirectory: hostScripts("data-volume"),
        unmount: ec2.unmountOverSsh ? { whenSilent } : undefined,
        preconditions: this.imageFits(image),
        dependsOn: [...machine.ready, ...access.ready],
      },
    });
    new StopWhenIdle(this, "stop_when_idle", {
      machine,
      afterMinutes: ec2.stopWhenIdle.afterMinutes,
      jupyterPort: services.jupyterPort,
      target,
      scriptsDirectory: hostScripts("stop-when-idle"),
      dependsOn: data.mounted,
    });

    new TerraformOutput(this, "address", {
      value: machine.address,
      description: "Address of the machine for SSH.",
    });
    new TerraformOutput(this, "ssh", {
      value: sshCommand({
        address: machine.address,
        instanceId: machine.instance.id,
        port: ssh.port,
        user: ssh.user,
        privateKeyFile: ssh.privateKeyFile ?? undefined,
        forwardPorts: Object.values(services),
      }),
      description: "Logs in, and forwards the Clojure REPL and JupyterLab to this computer.",
    });
    new TerraformOutput(this, "image_id", {
      value: machine.instance.ami,
      description: "Image that the machine was made from.",
    });
    new TerraformOutput(this, "instance_id", {
      value: machine.instance.id,
      description: "The machine, for the AWS CLI.",
    });
    new TerraformOutput(this, "data_volume_id", {
      value: volume.id,
      description: "The data volume on the machine.",
    });
  }

  /** The file with the private key; undefined for the SSH agent's keys. */
  private privateKey(): SshTarget["privateKey"] {
    const { privateKeyFile } = this.settings.ssh;
    if (privateKeyFile === null) return undefined;
    return {
      path: this.projectPath(privateKeyFile),
      written: { value: privateKeyFile, setting: "ssh.privateKeyFile" },
    };
  }

  /** Conditions that our own image was built with the mount point and ports of the settings. */
  private imageFits(image: MachineImage): readonly Precondition[] {
    const { ec2, services } = this.settings;
    if (ec2.image.source !== "workbench") return [];
    const { mountPoint, nreplPort, jupyterPort } = builtWithTags;
    return new ImageBuiltWith(this, "image_built_with", {
      image,
      expected: [
        { tag: mountPoint, setting: "ec2.mount.mountPoint", value: ec2.mount.mountPoint },
        { tag: nreplPort, setting: "services.nreplPort", value: String(services.nreplPort) },
        { tag: jupyterPort, setting: "services.jupyterPort", value: String(services.jupyterPort) },
      ],
    }).preconditions;
  }

  private imageChoice(): ImageChoice {
    const { image } = this.settings.ec2;
    switch (image.source) {
      case "id":
        return { id: { value: image.id ?? "", setting: "ec2.image.id" } };
      case "debian":
        return {
          ...debianImage(image.architecture),
          fix: "choose another region or set ec2.image.id",
        };
      case "workbench":
        return {
          ...ownImage(this.settings.project, "workbench", image.architecture),
          fix: "build one with `packer build packer/workbench`, or set ec2.image.source: debian",
        };
    }
  }
}
