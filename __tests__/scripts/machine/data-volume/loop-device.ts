import { randomBytes } from "node:crypto";
import { constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, symlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { memoryFolderOf } from "../../../../scripts/testing/sweep";

const byId = "/dev/disk/by-id";
const MiB = 1024 ** 2;

/**
 * The lock that a run holds while it works on the volume. It is on this computer: the test's machine shares its /run.
 */
export function lockFile(device: { readonly volumeId: string }): string {
  return `/run/workbench/${device.volumeId}.lock`;
}

/** The file from which a file system is copied to the volume. It is on this computer, too, with its root disk. */
export function imageFile(device: { readonly volumeId: string }): string {
  return `/var/lib/workbench/formatting/${device.volumeId}.image`;
}

/**
 * Makes a folder for a test and removes it when the test ends. In `npm test` it is in memory if there is room, so that
 * no test waits for a busy disk. The sweep of the test run's folder removes it too.
 */
export function scratchFolder(): string {
  const memory = "/dev/shm";
  const room = existsSync(memory) ? statfsSync(memory) : undefined;
  const hasRoom = room !== undefined && room.bavail * room.bsize > 4096 * MiB;
  const isSwept = basename(tmpdir()).startsWith("workbench-test-");
  const parent = hasRoom && isSwept ? memoryFolderOf(tmpdir()) : tmpdir();
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "workbench-on-machine-"));
  onTestFinished(async () => {
    // A prepared mount point is immutable: it cannot be removed before this.
    await execa("chattr", ["-R", "-i", folder], { reject: false });
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export interface LoopDeviceProps {
  /** @default 64, which is enough for ext4; xfs needs 300 */
  readonly sizeMiB?: number;
  /** A file to begin with, copied. @default a sparse file of zeros */
  readonly copyOf?: string;
}

/**
 * A real block device backed by a sparse file. Like an EBS volume, it appears under its volume id in /dev/disk/by-id.
 */
export class LoopDevice {
  /** "/dev/loop7"; changes when the device is detached and attached again. */
  path = "";
  readonly volumeId = `vol-${randomBytes(8).toString("hex")}`;
  readonly link = join(byId, `nvme-Amazon_Elastic_Block_Store_${this.volumeId.replace("-", "")}`);

  private constructor(readonly file: string) {}

  /** Makes a device that is attached, but not plugged in: no machine sees it yet. */
  static async create(props: LoopDeviceProps = {}): Promise<LoopDevice> {
    const device = new LoopDevice(join(scratchFolder(), "disk"));
    if (props.copyOf) copyFileSync(props.copyOf, device.file, constants.COPYFILE_FICLONE);
    else await device.truncate(props.sizeMiB ?? 64);
    onTestFinished(async () => {
      device.unplug();
      await device.detach();
      for (const file of [imageFile(device), `${imageFile(device)}.new`]) rmSync(file, { force: true });
      rmSync(lockFile(device), { force: true });
    });
    await device.attach();
    return device;
  }

  /** @param options of losetup, such as "--read-only" */
  async attach(...options: string[]): Promise<void> {
    const { stdout } = await execa("losetup", ["--find", "--show", ...options, this.file]);
    this.path = stdout.trim();
  }

  /** Harmless when it is detached already. */
  async detach(): Promise<void> {
    if (this.path) await execa("losetup", ["--detach", this.path], { reject: false });
    this.path = "";
  }

  /** Makes the link by which a machine finds the volume. */
  plug(): void {
    mkdirSync(byId, { recursive: true });
    symlinkSync(this.path, this.link);
  }

  /** Harmless when it is not plugged in. */
  unplug(): void {
    rmSync(this.link, { force: true });
  }

  /** Grows the device, as modifying an EBS volume does. */
  async grow(sizeMiB: number): Promise<void> {
    await this.truncate(sizeMiB);
    await execa("losetup", ["--set-capacity", this.path]);
  }

  /** Writes bytes at an offset of the device, and waits until they are there. */
  async write(offset: number, bytes: Buffer): Promise<void> {
    const handle = await open(this.path, "r+");
    try {
      await handle.write(bytes, 0, bytes.length, offset);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const handle = await open(this.path, "r");
    try {
      return (await handle.read(Buffer.alloc(length), 0, length, offset)).buffer;
    } finally {
      await handle.close();
    }
  }

  /** Throws (EBUSY) while something in any mount namespace holds the device exclusively, as a mount does. */
  async expectFree(): Promise<void> {
    const handle = await open(this.path, constants.O_RDONLY | constants.O_EXCL);
    await handle.close();
  }

  /** A checksum over every byte of the device. */
  async checksum(): Promise<string> {
    const { stdout } = await execa("b2sum", [this.path]);
    return stdout.slice(0, 64);
  }

  /** What is on the device, as `blkid -p` names it: "ext4", "gpt"; empty when it finds nothing. */
  async kind(): Promise<string> {
    return (await this.tag("TYPE")) || (await this.tag("PTTYPE"));
  }

  /** One tag that `blkid -p` finds: TYPE, UUID, LABEL; empty when there is none. */
  async tag(name: string): Promise<string> {
    const { stdout } = await execa("blkid", ["-p", "-o", "value", "-s", name, this.path], { reject: false });
    return stdout.trim();
  }

  private async truncate(sizeMiB: number): Promise<void> {
    const handle = await open(this.file, "a");
    await handle.truncate(sizeMiB * MiB);
    await handle.close();
  }
}
