import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { AssetType, DataResource, type ITerraformDependable, type Precondition, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { KeyFile } from "../access/key-file";
import { connectionFromInput, copyFolder, remoteExec, type SshTarget } from "../provisioning/provisioners";
import { shellWord } from "../shell-word";

/** File systems that a blank volume can get. */
export type FileSystem = "ext4" | "xfs";

/** Which volume, where, and how to get there. */
export interface VolumeMountProps {
  /** Volume to mount. Changing this unmounts and detaches the other one first. */
  readonly volumeId: string;
  /** Size in GiB; when it grows, the file system grows with it. */
  readonly volumeSizeGiB: number;
  /** Machine to mount it on. Changing this unmounts the volume on the other one first. */
  readonly instanceId: string;
  /** A change stops the machine: the volume is unmounted before and mounted after. */
  readonly instanceType: string;
  /** How provisioners reach the machine. */
  readonly ssh: SshTarget;
  /** The setting that names the private key file, for messages. */
  readonly privateKeySetting: string;
  /** That setting's own value, for messages. @default ssh.privateKeyFile */
  readonly privateKeySettingValue?: string;
  /** Folder with `install-data-volume` and what it installs, on this computer. */
  readonly scriptsDirectory: string;
  /** Absolute path on the machine where it is mounted; a change unmounts it at the old one before. */
  readonly mountPoint: string;
  /** File system for a blank volume. */
  readonly fileSystem: FileSystem;
  /** How long to wait for the attached device, in seconds. */
  readonly waitSec: number;
  /** Unmount over SSH before the volume is detached. @default true; false: the machine is stopped, and unmounts as it shuts down */
  readonly unmountOverSsh?: boolean;
  /** What has to hold before the volume is mounted. @default nothing */
  readonly preconditions?: readonly Precondition[];
  /** What has to exist for as long as provisioners have to log in. @default nothing */
  readonly dependsOn?: readonly ITerraformDependable[];
}

const deviceName = "/dev/sdf";
const uploadedTo = ".workbench-data-volume";
const unmountScript = "/usr/local/lib/workbench/unmount-data-volume";
// From the root folder: a login whose shell begins on the volume would itself be in the way.
const unmountCommand = `cd / && { test ! -e ${unmountScript} || sudo ${unmountScript}; }`;

/**
 * A data volume on a machine: attached, mounted over SSH, and unmounted over SSH before it is detached.
 *
 * Two resources, since Terraform skips the destroy-time provisioners of a resource whose creation failed: `unmount` only
 * ever unmounts, `mount` only ever mounts, so a mount that failed half-way is still undone, and tried again by the next deploy.
 */
export class VolumeMount extends Construct {
  constructor(scope: Construct, id: string, props: VolumeMountProps) {
    super(scope, id);
    const attachment = new VolumeAttachment(this, "attachment", {
      deviceName,
      volumeId: props.volumeId,
      instanceId: props.instanceId,
      stopInstanceBeforeDetaching: true,
    });
    const { host, port, user, privateKeyFile = null } = props.ssh;
    const input = { host, port, user, privateKeyFile };
    const unmount = new DataResource(this, "unmount", {
      input,
      triggersReplace: { attachment: attachment.id, instanceType: props.instanceType, mountPoint: props.mountPoint },
      connection: connectionFromInput(props.ssh),
      provisioners: (props.unmountOverSsh ?? true) ? [remoteExec([unmountCommand], "destroy")] : undefined,
      dependsOn: [attachment, ...(props.dependsOn ?? [])],
    });
    const scripts = new TerraformAsset(this, "scripts", { path: props.scriptsDirectory, type: AssetType.DIRECTORY });
    const command = installCommand({
      "volume-id": props.volumeId,
      "device-name": deviceName,
      "mount-point": props.mountPoint,
      "file-system": props.fileSystem,
      label: "workbench",
      owner: user,
      "wait-sec": props.waitSec,
    });
    const preconditions = [...this.canLogIn(props), ...(props.preconditions ?? [])];
    new DataResource(this, "mount", {
      input,
      triggersReplace: { unmount: unmount.id, sizeGiB: props.volumeSizeGiB, scripts: scripts.assetHash, command },
      connection: connectionFromInput(props.ssh),
      provisioners: [
        remoteExec([`cd && rm -rf ${uploadedTo} && mkdir -m 700 ${uploadedTo}`]),
        copyFolder(`${scripts.path}/`, uploadedTo),
        remoteExec([command]),
      ],
      lifecycle: { precondition: preconditions.length > 0 ? preconditions : undefined },
      dependsOn: [unmount],
    });
  }

  private canLogIn({ ssh, ...props }: VolumeMountProps): Precondition[] {
    if (ssh.privateKeyFile === undefined) return [];
    const file = new KeyFile(this, "private_key_file", {
      path: ssh.privateKeyFile,
      setting: props.privateKeySetting,
      settingValue: props.privateKeySettingValue,
      holds: "a private key",
      fix: "name yours, or set it to null to use the SSH agent",
    });
    return [file.exists];
  }
}

/** Installs the mount and unmount scripts on the machine, and mounts. */
function installCommand(options: Readonly<Record<string, string | number>>): string {
  const words = Object.entries(options).map(([name, value]) => `--${name} ${shellWord(value)}`);
  return `cd && sudo bash ${uploadedTo}/install-data-volume ${words.join(" ")}`;
}
