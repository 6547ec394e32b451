import type { Instance } from "@cdktf/provider-aws/lib/instance";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { AssetType, DataResource, type ITerraformDependable, type Precondition, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { KeyFile } from "../access/key-file";
import {
  connectionFromInput,
  inputOf,
  remoteExec,
  runFromFolder,
  type SshTarget,
  sayBeforeDestroy,
} from "../provisioning/provisioners";
import { resourceAddress } from "../resource-address";
import { defaultName, installOptions, type PlannedMount } from "./mount-plan";

/** The volumes, the machine, and what mounts them there. */
export interface VolumeMountProps {
  /** From `planMounts`. */
  readonly mounts: readonly PlannedMount[];
  /** Machine to mount them on. Changing this first unmounts the volumes on the old one. */
  readonly machine: { readonly instance: Instance };
  /** Mount over SSH. @default the machine mounts at its first boot, by `firstBootCommands` in its user data */
  readonly ssh?: MountOverSsh;
}

/** How Terraform logs in to mount and unmount. */
export interface MountOverSsh {
  /** How provisioners reach the machine. */
  readonly target: SshTarget;
  /** Folder on this computer with `install-data-volume` and the scripts that it installs. */
  readonly scriptsDirectory: string;
  /** Unmount over SSH before detaching the volume. undefined: stop the machine, which unmounts as it shuts down. */
  readonly unmount?: UnmountOverSsh;
  /** Conditions to check before a volume is mounted. @default none */
  readonly preconditions?: readonly Precondition[];
  /** Resources that must exist as long as provisioners must log in. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** What people read while Terraform logs in to unmount. */
export interface UnmountOverSsh {
  /** What to do about a machine that does not answer, in words that every shell echoes. */
  readonly whenSilent: string;
}

interface AttachedMount extends PlannedMount {
  /** Construct whose name is part of the addresses of the volume's resources. */
  readonly place: Construct;
  readonly attachment: VolumeAttachment;
}

/**
 * Data volumes on a machine: attached, and mounted in one of two ways by the same scripts.
 *
 * Over SSH, Terraform mounts a volume after it attached it, and unmounts it before it detaches it. At the first boot,
 * nothing logs in: the machine's user data waits for the attachment, which is made after the machine. A systemd unit of
 * each volume mounts it at every later boot, grows its file system if the volume grew, and unmounts it at shutdown. To
 * detach a volume, Terraform stops the machine, so this shutdown comes first: when the machine is replaced, when the
 * volume is, and at a destroy. AWS does not start the machine again, so whatever replaces a volume must replace the
 * machine: its user data does, since it names the volumes. `scripts/machine/data-volume/README.md` says what happens
 * when a volume is busy or late.
 */
export class VolumeMount extends Construct {
  /** The attachments. Whatever starts the machine again depends on them. */
  readonly attachments: readonly ITerraformDependable[];
  /** What mounts the volumes over SSH. Empty if the machine mounts them at its first boot. */
  readonly mounted: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, { mounts, machine, ssh }: VolumeMountProps) {
    super(scope, id);
    const attached = mounts.map((mount) => {
      const place = mount.name === defaultName ? this : new Construct(this, mount.name);
      const attachment = new VolumeAttachment(place, "attachment", {
        deviceName: mount.deviceName,
        volumeId: mount.volume.id,
        instanceId: machine.instance.id,
        stopInstanceBeforeDetaching: true,
      });
      return { ...mount, place, attachment };
    });
    this.attachments = attached.map(({ attachment }) => attachment);
    this.mounted = ssh ? this.mountOverSsh(attached, machine.instance, ssh) : [];
  }

  /**
   * Each volume has two resources, since Terraform skips the destroy-time provisioners of a resource whose creation
   * failed. `unmount` only unmounts, and `mount` only mounts. So a mount that failed half-way is still unmounted, and
   * the next deploy tries again.
   *
   * When a machine is gone, the refresh drops its attachment from the state, and the plan makes a new one. A new
   * resource triggers no replacement, as a replaced one does: nothing logs in to a dead address to unmount there.
   */
  private mountOverSsh(
    mounts: readonly AttachedMount[],
    instance: Instance,
    ssh: MountOverSsh,
  ): readonly ITerraformDependable[] {
    const input = inputOf(ssh.target);
    const connection = connectionFromInput(ssh.target);
    const { path, assetHash } = new TerraformAsset(this, "scripts", {
      path: ssh.scriptsDirectory,
      type: AssetType.DIRECTORY,
    });
    const preconditions = [...this.canLogIn(ssh.target), ...(ssh.preconditions ?? [])];
    const made: ITerraformDependable[] = [];
    for (const mount of mounts) {
      const unmount = new DataResource(mount.place, "unmount", {
        input,
        triggersReplace: { instanceType: instance.instanceTypeInput, mountPoint: mount.mountPoint.value },
        lifecycle: { replaceTriggeredBy: [resourceAddress(mount.attachment)] },
        connection,
        provisioners: ssh.unmount && [
          sayBeforeDestroy(
            `Logs in to unmount. If nothing answers, the machine is stopped or gone: ${ssh.unmount.whenSilent}`,
          ),
          remoteExec([unmountCommand(mount)], "destroy"),
        ],
        dependsOn: [mount.attachment, ...(ssh.dependsOn ?? [])],
      });
      const uploadedTo = `.workbench-${mount.name}`;
      const command = `cd && sudo bash ${uploadedTo}/install-data-volume ${installOptions(mount)}`;
      const mounted = new DataResource(mount.place, "mount", {
        input,
        triggersReplace: {
          attachment: mount.attachment.id,
          unmount: unmount.id,
          sizeGiB: mount.volume.sizeGiB,
          scripts: assetHash,
          command,
        },
        connection,
        provisioners: [...runFromFolder(path, uploadedTo, command)],
        lifecycle: { precondition: preconditions.length > 0 ? preconditions : undefined },
        // One after the other: all of them install the same scripts.
        dependsOn: [unmount, ...made],
      });
      made.push(mounted);
    }
    return made;
  }

  private canLogIn({ privateKey }: SshTarget): Precondition[] {
    if (privateKey === undefined) return [];
    const file = new KeyFile(this, "private_key_file", {
      ...privateKey,
      holds: "a private key",
      fix: "name yours, or set it to null to use the SSH agent",
    });
    return [file.exists];
  }
}

/** Changes to / first: a login shell that starts on the volume would keep the volume busy. */
function unmountCommand({ name }: PlannedMount): string {
  const config = `/etc/workbench/${name}.conf`;
  return `cd / && { sudo test ! -e ${config} || sudo /usr/local/lib/workbench/unmount-data-volume ${config}; }`;
}
