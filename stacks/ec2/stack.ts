import { Op, type Precondition, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { MachineRole } from "../../modules/access/machine-role";
import { SshAccess } from "../../modules/access/ssh-access";
import { sshCommand } from "../../modules/access/ssh-command";
import { DevelopmentMachine } from "../../modules/compute/development-machine";
import { firstBootScript } from "../../modules/compute/first-boot";
import { ImageBuiltWith } from "../../modules/compute/image-built-with";
import { type ImageChoice, MachineImage } from "../../modules/compute/machine-image";
import { MachineSubnet } from "../../modules/compute/machine-subnet";
import { FoundDataVolume } from "../../modules/storage/found-data-volume";
import { VolumeMount } from "../../modules/storage/volume-mount";
import type { StackProps } from "../define-stack";
import { hostScripts } from "../host-scripts";
import { dataVolumeTags } from "../names/data-volume";
import { builtWithTags, debianImage, ownImage } from "../names/images";
import { WorkbenchStack } from "../workbench-stack";
import type { Ec2Settings } from "./settings";

/** The development machine with the data volume mounted. Everything but the volume can be destroyed and made again. */
export class Ec2Stack extends WorkbenchStack<Ec2Settings> {
  constructor(scope: Construct, props: StackProps<Ec2Settings>) {
    super(scope, props);
    const { aws, ec2, ssh, services } = this.settings;
    const name = `${this.prefix}-machine`;

    const volume = new FoundDataVolume(this, "data_volume", {
      identifyingTags: dataVolumeTags(this.settings),
      fix: `run \`${this.deployCommand}\``,
    });
    const subnet = new MachineSubnet(this, "subnet", {
      availabilityZone: aws.availabilityZone,
      subnetId: ec2.subnetId ?? undefined,
      subnetSetting: "ec2.subnetId",
    });
    const image = new MachineImage(this, "image", {
      choice: this.imageChoice(),
      idSetting: "ec2.image.id",
      rootVolumeSizeSetting: "ec2.rootVolumeSizeGiB",
    });
    const access = new SshAccess(this, "ssh_access", {
      name,
      vpcId: subnet.vpcId,
      port: ssh.port,
      allowFrom: ssh.allowFrom,
      publicKeyFile: this.projectPath(ssh.publicKeyFile),
      publicKeySetting: "ssh.publicKeyFile",
      publicKeySettingValue: ssh.publicKeyFile,
    });
    const role = new MachineRole(this, "role", {
      name,
      description: "What the development machine may do on AWS",
      partition: this.partition,
      managedPolicyArns: ec2.role.managedPolicyArns,
      statements: ec2.role.statements,
    });
    const machine = new DevelopmentMachine(this, "machine", {
      name,
      instanceType: ec2.instanceType,
      imageId: image.imageId,
      followNew: ec2.image.followNew,
      subnetId: subnet.id,
      securityGroupId: access.securityGroup.id,
      keyPair: access.keyPair,
      instanceProfileName: role.instanceProfile.name,
      userData: firstBootScript(ssh.port),
      rootVolumeSizeGiB: ec2.rootVolumeSizeGiB,
      defaultTags: this.defaultTags,
      elasticAddress: ec2.elasticAddress,
      dataVolumeId: volume.id,
      preconditions: this.conditions(volume, subnet, image),
      dependsOn: role.ready,
    });
    new VolumeMount(this, "data", {
      volumeId: volume.id,
      volumeSizeGiB: volume.sizeGiB,
      instanceId: machine.instance.id,
      instanceType: ec2.instanceType,
      ssh: {
        host: machine.address,
        port: ssh.port,
        user: ssh.user,
        privateKeyFile: ssh.privateKeyFile === null ? undefined : this.projectPath(ssh.privateKeyFile),
        timeoutSec: ssh.connectTimeoutSec,
      },
      privateKeySetting: "ssh.privateKeyFile",
      privateKeySettingValue: ssh.privateKeyFile ?? undefined,
      scriptsDirectory: hostScripts("data-volume"),
      mountPoint: ec2.mount.mountPoint,
      fileSystem: ec2.mount.fileSystem,
      waitSec: ec2.mount.waitSec,
      unmountOverSsh: ec2.unmountOverSsh,
      preconditions: this.imageFits(image.imageId),
      dependsOn: [...machine.ready, ...access.ready],
    });

    new TerraformOutput(this, "address", { value: machine.address });
    new TerraformOutput(this, "ssh", {
      value: sshCommand({
        address: machine.address,
        port: ssh.port,
        user: ssh.user,
        privateKeyFile: ssh.privateKeyFile ?? undefined,
        forwardPorts: Object.values(services),
      }),
      description: "Logs in, and forwards the Clojure REPL and JupyterLab to this computer.",
    });
    new TerraformOutput(this, "image_id", { value: machine.instance.ami });
    new TerraformOutput(this, "instance_id", { value: machine.instance.id });
    new TerraformOutput(this, "data_volume_id", { value: volume.id });
  }

  /** Conditions that our own image was built with the mount point and ports of the settings. */
  private imageFits(imageId: string): readonly Precondition[] {
    const { ec2, services } = this.settings;
    if (ec2.image.source !== "workbench") return [];
    const { mountPoint, nreplPort, jupyterPort } = builtWithTags;
    return new ImageBuiltWith(this, "image_built_with", {
      imageId,
      expected: [
        { tag: mountPoint, setting: "ec2.mount.mountPoint", value: ec2.mount.mountPoint },
        { tag: nreplPort, setting: "services.nreplPort", value: String(services.nreplPort) },
        { tag: jupyterPort, setting: "services.jupyterPort", value: String(services.jupyterPort) },
      ],
    }).preconditions;
  }

  /** Conditions to check before a machine is made. */
  private conditions(volume: FoundDataVolume, subnet: MachineSubnet, image: MachineImage): readonly Precondition[] {
    const { ec2 } = this.settings;
    return [
      {
        condition: Op.eq(volume.availabilityZone, subnet.availabilityZone),
        errorMessage:
          "aws.availabilityZone: expected the machine in the zone of its data volume, " +
          `got the volume ${volume.id} in ${volume.availabilityZone} ` +
          `and the subnet ${subnet.id} in ${subnet.availabilityZone}.`,
      },
      // A machine that keeps its image may have been made from an older one than this.
      ...(ec2.image.followNew ? [image.fitsOn(ec2.rootVolumeSizeGiB)] : []),
    ];
  }

  private imageChoice(): ImageChoice {
    const { image } = this.settings.ec2;
    switch (image.source) {
      case "id":
        return { id: image.id ?? "" };
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
