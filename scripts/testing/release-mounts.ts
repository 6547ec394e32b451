import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { ask } from "../support/ask";

const LIMIT = { timeoutSec: 30 };

/** The folder in which a volume's disk appears under its id. */
const BY_ID = "/dev/disk/by-id";
const VOLUME_LINK = /^nvme-Amazon_Elastic_Block_Store_vol([0-9a-f]+)$/;

/**
 * Cleans up after an interrupted test. Unmounts every file system that is mounted below `directory`, and detaches every
 * loop device whose file is below it.
 *
 * @returns the mount points that are still there. Do not remove a folder that has one
 */
export async function releaseMounts(directory: string): Promise<string[]> {
  for (const mountPoint of mountPointsBelow(directory)) await ask("umount", [mountPoint], LIMIT);
  for (const device of await loopDevicesBelow(directory)) {
    removeLinksTo(device);
    await ask("losetup", ["--detach", device], LIMIT);
  }
  return mountPointsBelow(directory);
}

/** A test of the machine's scripts makes its disk appear in /dev of this computer, where the scripts look for it. */
function removeLinksTo(device: string): void {
  for (const node of xenNodes()) if (isSameDevice(node, device)) rmSync(node, { force: true });
  for (const name of volumeLinks()) {
    const link = path.join(BY_ID, name);
    if (targetOf(link) !== device) continue;
    rmSync(link);
    const volume = name.replace(VOLUME_LINK, "vol-$1");
    rmSync(`/var/lib/workbench/formatting/${volume}`, { force: true });
    rmSync(`/run/workbench/${volume}.lock`, { force: true });
  }
}

/** Disks with Xen's names and two letters (`xvdaa`). On a computer with fewer than 27 disks, only tests make these. */
function xenNodes(): string[] {
  return readdirSync("/dev")
    .filter((name) => /^(xvd|sd)[a-z]{2}$/.test(name))
    .map((name) => path.join("/dev", name));
}

function isSameDevice(one: string, other: string): boolean {
  const numberOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.rdev;
  return numberOf(one) === numberOf(other);
}

/** Reads a link. Undefined when another test has just removed it. */
function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function volumeLinks(): string[] {
  try {
    return readdirSync(BY_ID).filter((name) => VOLUME_LINK.test(name));
  } catch {
    // No disk on this computer has an id.
    return [];
  }
}

/** Lists mount points, the innermost first. */
function mountPointsBelow(directory: string): string[] {
  return readMounts()
    .map((line) =>
      (line.split(" ")[4] ?? "").replaceAll(/\\([0-7]{3})/g, (_all, code) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      ),
    )
    .filter((mountPoint) => mountPoint.startsWith(`${directory}/`))
    .reverse();
}

function readMounts(): string[] {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n");
  } catch {
    // This is not Linux, so nothing was mounted.
    return [];
  }
}

async function loopDevicesBelow(directory: string): Promise<string[]> {
  const devices = await loopDevices();
  return devices.filter(({ file }) => file.startsWith(`${directory}/`)).map(({ device }) => device);
}

/**
 * Detaches the loop devices that a machine made itself, over files on a disk whose file is below `directory`. When the
 * machine's mounts are gone, the paths of these files no longer identify them, and the loop devices keep the disk busy
 * for ever.
 */
export async function detachStacked(directory: string): Promise<void> {
  const devices = await loopDevices();
  const disks = devices.filter(({ file }) => file.startsWith(`${directory}/`)).map(({ number }) => number);
  for (const { device, lies } of devices) {
    if (disks.includes(lies)) await ask("losetup", ["--detach", device], LIMIT);
  }
}

interface LoopDevice {
  readonly device: string;
  /** Major and minor number. */
  readonly number: string;
  /** Major and minor number of the device that holds its file. */
  readonly lies: string;
  readonly file: string;
}

async function loopDevices(): Promise<LoopDevice[]> {
  const columns = ["NAME", "MAJ:MIN", "BACK-MAJ:MIN", "BACK-FILE"];
  const { stdout } = await ask("losetup", ["--list", "--json", "--output", columns.join()], LIMIT);
  if (stdout.trim() === "") return [];
  const { loopdevices } = JSON.parse(stdout) as { loopdevices: Record<string, string | null>[] };
  return loopdevices.map((row) => {
    const [device = "", number = "", lies = "", file = ""] = columns.map((name) => row[name.toLowerCase()]?.trim());
    return { device, number, lies, file };
  });
}
