import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { ask } from "../support/ask";

const LIMIT = { timeoutSec: 30 };

/** Where a volume's disk appears under its id, and what the scripts on a machine keep of that volume. */
const BY_ID = "/dev/disk/by-id";
const VOLUME_LINK = /^nvme-Amazon_Elastic_Block_Store_vol([0-9a-f]+)$/;

/**
 * Unmounts every file system and detaches every loop device that has its place or its file below `directory`: what a test
 * that was ended in the middle could not do itself.
 *
 * @returns the mount points that are still there; a folder that has one must not be removed
 */
export async function releaseMounts(directory: string): Promise<string[]> {
  for (const mountPoint of mountPointsBelow(directory)) await ask("umount", [mountPoint], LIMIT);
  for (const device of await loopDevicesBelow(directory)) {
    removeLinksTo(device);
    await ask("losetup", ["--detach", device], LIMIT);
  }
  return mountPointsBelow(directory);
}

/** A test on a disk plugs it into this computer, since the scripts that it tests look there. */
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

/** Disks by the names that Xen gives, two letters long: those of tests, on a computer with fewer than 27 disks. */
function xenNodes(): string[] {
  return readdirSync("/dev")
    .filter((name) => /^(xvd|sd)[a-z]{2}$/.test(name))
    .map((name) => path.join("/dev", name));
}

function isSameDevice(one: string, other: string): boolean {
  const numberOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.rdev;
  return numberOf(one) === numberOf(other);
}

/** Undefined for a link that another test has just removed. */
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
    // No disk has an id here.
    return [];
  }
}

/** The innermost first. */
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
    // Not Linux: then nothing was mounted either.
    return [];
  }
}

async function loopDevicesBelow(directory: string): Promise<string[]> {
  const devices = await loopDevices();
  return devices.filter(({ file }) => file.startsWith(`${directory}/`)).map(({ device }) => device);
}

/**
 * Detaches loop devices over files that lie on a disk whose file is below `directory`: a machine's own, whose path says nothing
 * any more once its mounts are gone, and which would keep that disk busy for ever.
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
  /** The number of the device that its file lies on. */
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
