import type { FromSetting } from "../from-setting";
import { shellWord } from "../shell-word";

/** File systems that a blank volume can get. */
export type FileSystem = "ext4" | "xfs";

/** A volume, and where a machine is to mount it. */
export interface WantedMount {
  /** The volume. Another one first unmounts and detaches the old one. */
  readonly volume: {
    readonly id: string;
    /** Size in GiB. Over SSH, the file system grows with it at once; otherwise at the next boot. */
    readonly sizeGiB: number;
  };
  /**
   * Name of the volume on the machine: `/etc/workbench/<name>.conf`, `workbench-<name>.service`. At most 32 of a-z 0-9
   * and -, a letter first. Changing it first unmounts the volume. @default data-volume
   */
  readonly name?: string;
  /** Absolute path of the mount point on the machine. A change first unmounts the volume at the old one. */
  readonly mountPoint: FromSetting<string>;
  /** File system for a blank volume. */
  readonly fileSystem: FileSystem;
  /** Whether a blank volume gets a file system. Otherwise it is refused. */
  readonly mayFormat: boolean;
  /** User to whom the root of a new volume is given. */
  readonly owner: string;
  /** How long to wait for the attached device, in seconds. */
  readonly waitSec: number;
}

/** A mount with everything that its place among the others decides. */
export interface PlannedMount extends WantedMount {
  readonly name: string;
  /** Device name of the attachment, such as `/dev/sdf`. Nitro machines show the disk under another name. */
  readonly deviceName: string;
}

/** Name of a volume that is given none. Its resources have no name of their own in their addresses. */
export const defaultName = "data-volume";

/** AWS keeps these letters for volumes. Source: "Device names for volumes", Amazon EC2 (read 2026-11). */
const deviceLetters = "fghijklmnop";

/**
 * Gives the volumes of one machine their names and device names. The order gives the device names, so append new ones:
 * another device name attaches a volume anew.
 *
 * @throws Error for more volumes than there are device names, a name that is wrong or taken, or a mount point in another:
 * a bug, since the stack's rules report first what a setting can cause
 */
export function planMounts(wanted: readonly WantedMount[]): PlannedMount[] {
  if (wanted.length > deviceLetters.length) {
    throw new Error(`volumes: expected at most ${deviceLetters.length} on one machine, got ${wanted.length}`);
  }
  const mounts = wanted.map((mount, index) => ({
    ...mount,
    name: mount.name ?? defaultName,
    deviceName: `/dev/sd${deviceLetters[index]}`,
  }));
  for (const [index, mount] of mounts.entries()) {
    refuseName(mount, mounts.slice(0, index));
    refuseMountPoint(mount, mounts.slice(0, index));
  }
  return mounts;
}

function refuseName({ name }: PlannedMount, others: readonly PlannedMount[]): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
    throw new Error(`volumes: expected names of at most 32 of a-z 0-9 -, a letter first, got "${name}"`);
  }
  if (others.some((other) => other.name === name)) {
    throw new Error(`volumes: expected a name of its own for each, got "${name}" twice`);
  }
}

/** Two volumes are mounted in any order, so neither may be mounted in the other. */
function refuseMountPoint({ mountPoint }: PlannedMount, others: readonly PlannedMount[]): void {
  const inside = (a: string, b: string): boolean => `${a}/`.startsWith(`${b}/`);
  for (const { mountPoint: other } of others) {
    if (inside(mountPoint.value, other.value) || inside(other.value, mountPoint.value)) {
      throw new Error(
        `${mountPoint.setting}: expected a folder apart from ${other.value} of ${other.setting}, ` +
          `got ${mountPoint.value}; name another one`,
      );
    }
  }
}

/** Commands for a machine's first boot, in the folder of the bundle: each installs the scripts and mounts a volume. */
export function firstBootCommands(mounts: readonly PlannedMount[]): string[] {
  return mounts.map((mount) => `bash data-volume/install-data-volume ${installOptions(mount)}`);
}

/** Names of the systemd units that mount the volumes. A service that lives on them is bound to all of these. */
export function mountUnits(mounts: readonly PlannedMount[]): string[] {
  return mounts.map(({ name }) => `workbench-${name}.service`);
}

/** Options of `install-data-volume` for a volume. */
export function installOptions({ name, volume, deviceName, mountPoint, ...mount }: PlannedMount): string {
  const options = {
    "volume-id": volume.id,
    "device-name": deviceName,
    "mount-point": mountPoint.value,
    "file-system": mount.fileSystem,
    "may-format": mount.mayFormat ? "yes" : "no",
    label: "workbench",
    owner: mount.owner,
    "wait-sec": mount.waitSec,
    // The command triggers a new mount over SSH, so it stays as it was before volumes had names.
    ...(name !== defaultName && { name }),
  };
  return Object.entries(options)
    .map(([option, value]) => `--${option} ${shellWord(value)}`)
    .join(" ");
}
