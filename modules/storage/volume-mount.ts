import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { AssetType, DataResource, type ITerraformDependable, type Precondition, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { KeyFile } from "../access/key-file";
import { connectionFromInput, copyFolder, remoteExec, type SshTarget } from "../provisioning/provisioners";
import { shellWord } from "../shell-word";

/** File systems that a blank volume can get. */
export type FileSystem = "ext4" | "xfs";

/** The volume, the machine, and how to log in to it. */
export interface VolumeMountProps {
  /** Volume to mount. Changing this first unmounts and detaches the old one. */
  readonly volumeId: string;
  /** Size in GiB. When it grows, the file system grows with it. */
  readonly volumeSizeGiB: number;
  /** Machine to mount it on. Changing this first unmounts the volume on the old one. */
  readonly instanceId: string;
  /** A change stops the machine, so the volume is unmounted before and mounted after. */
  readonly instanceType: string;
  /** How provisioners reach the machine. */
  readonly ssh: SshTarget;
  /** The setting that names the private key file, for messages. */
  readonly privateKeySetting: string;
  /** Value of that setting, for messages. @default ssh.privateKeyFile */
  readonly privateKeySettingValue?: string;
  /** Folder on this computer with `install-data-volume` and the scripts that it installs. */
  readonly scriptsDirectory: string;
  /** Absolute path of the mount point on the machine. A change first unmounts the volume at the old one. */
  readonly mountPoint: string;
  /** File system for a blank volume. */
  readonly fileSystem: FileSystem;
  /** How long to wait for the attached device, in seconds. */
  readonly waitSec: number;
  /**
   * Unmount over SSH before detaching the volume. false: stop the machine, which unmounts as it shuts down. @default
   * true
   */
  readonly unmountOverSsh?: boolean;
  /** Conditions to check before the volume is mounted. @default none */
  readonly preconditions?: readonly Precondition[];
  /** Resources that must exist as long as provisioners must log in. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

const deviceName = "/dev/sdf";
const uploadedTo = ".workbench-data-volume";
const unmountScript = "/usr/local/lib/workbench/unmount-data-volume";
// Change to / first: a login shell that starts on the volume would keep the volume busy.
const unmountCommand = `cd / && { test ! -e ${unmountScript} || sudo ${unmountScript}; }`;

/**
 * A data volume on a machine: attached, mounted over SSH, and unmounted over SSH before it is detached.
 *
 * There are two resources, since Terraform skips the destroy-time provisioners of a resource whose creation failed.
 * `unmount` only unmounts, and `mount` only mounts. So a mount that failed half-way is still unmounted, and the next
 * deploy tries again.
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
      written: { value: props.privateKeySettingValue ?? ssh.privateKeyFile, setting: props.privateKeySetting },
      holds: "a private key",
      fix: "name yours, or set it to null to use the SSH agent",
    });
    return [file.exists];
  }
}

/** Command that installs the mount and unmount scripts on the machine, and mounts the volume. */
function installCommand(options: Readonly<Record<string, string | number>>): string {
  const words = Object.entries(options).map(([name, value]) => `--${name} ${shellWord(value)}`);
  return `cd && sudo bash ${uploadedTo}/install-data-volume ${words.join(" ")}`;
}
