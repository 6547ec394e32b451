import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { exitCode, scripts } from "./exit-codes";
import { LoopDevice, type LoopDeviceProps, scratchFolder } from "./loop-device";
import { type Ended, Machine, type RunOptions } from "./machine";
import { asConfiguration, dataVolumeSettings } from "./settings";

export interface VolumeProps extends LoopDeviceProps {
  /** The setting. @default "ext4" */
  readonly fileSystem?: "ext4" | "xfs";
  /** @default a machine of its own */
  readonly machine?: Machine;
  /** @default a folder that does not exist yet */
  readonly mountPoint?: string;
  /** @default 20 */
  readonly waitSec?: number;
  /** @default "/dev/sdf" */
  readonly deviceName?: string;
  /** Whether the machine sees it from the start. @default true */
  readonly plugged?: boolean;
}

/** A volume, the machine that it is attached to, and the scripts that mount and unmount it there. */
export class Volume {
  private constructor(
    readonly device: LoopDevice,
    readonly machine: Machine,
    readonly mountPoint: string,
    readonly config: string,
  ) {}

  /** What mount() runs. */
  get mountCommand(): readonly [string, string] {
    return [join(scripts, "mount-data-volume"), this.config];
  }

  static async attach(props: VolumeProps = {}): Promise<Volume> {
    const machine = props.machine ?? (await Machine.start());
    const device = await LoopDevice.create({
      ...props,
      sizeMiB: props.sizeMiB ?? (props.fileSystem === "xfs" ? 320 : 64),
    });
    if (props.plugged ?? true) device.plug();
    const folder = scratchFolder();
    const mountPoint = props.mountPoint ?? join(folder, "data");
    const config = join(folder, "data-volume.conf");
    const settings = dataVolumeSettings(device.volumeId, mountPoint, {
      "device-name": props.deviceName ?? "/dev/sdf",
      "file-system": props.fileSystem ?? "ext4",
      "wait-sec": String(props.waitSec ?? 20),
    });
    writeFileSync(config, asConfiguration(settings));
    return new Volume(device, machine, mountPoint, config);
  }

  mount(options?: RunOptions): Promise<Ended> {
    const [script, ...args] = this.mountCommand;
    return this.machine.run(script, args, options);
  }

  unmount(options?: RunOptions): Promise<Ended> {
    return this.machine.run(join(scripts, "unmount-data-volume"), [this.config], options);
  }

  /** Mounts and fails the test unless it worked. */
  async mounted(options?: RunOptions): Promise<Ended> {
    const ended = await this.mount(options);
    expect(ended, ended.said).toMatchObject({ code: 0 });
    expect(await this.seen("MAJ:MIN")).toBe(await this.deviceNumber());
    return ended;
  }

  /** Unmounts and fails the test unless it worked and nobody holds the device any more. */
  async unmounted(options?: RunOptions): Promise<Ended> {
    const ended = await this.unmount(options);
    expect(ended, ended.said).toMatchObject({ code: 0 });
    expect(await this.seen("TARGET")).toBe("");
    await this.device.expectFree();
    return ended;
  }

  /** Mounts twice. Expects that code and one sentence each time, and that no byte of the device changes. */
  async refused(code: string, sentence: RegExp, options?: RunOptions): Promise<Ended> {
    const before = await this.device.checksum();
    for (let run = 1; ; run++) {
      const ended = await this.mount(options);
      expect(ended, ended.said).toMatchObject({ code: exitCode(code) });
      expect(ended.said).toMatch(sentence);
      expect(ended.said.split("\n")).toHaveLength(1);
      expect(await this.device.checksum()).toBe(before);
      if (run === 2) return ended;
    }
  }

  /** The kernel's lines about this volume or its mount point, at least one. Mounts of other tests come and go. */
  async mountLines(): Promise<string[]> {
    const lines = (await this.machine.must("cat", "/proc/self/mountinfo")).split("\n");
    const found = lines.filter(
      (line) => line.includes(` ${this.device.path} `) || line.includes(` ${this.mountPoint} `),
    );
    expect(found).not.toEqual([]);
    return found;
  }

  /** A column of findmnt for the visible mount at the mount point; empty when nothing is mounted there. */
  async seen(column: string): Promise<string> {
    const { out } = await this.machine.run("findmnt", ["-n", "-r", "-o", column, "--mountpoint", this.mountPoint]);
    return out.trim();
  }

  /** The path by which this test process reaches a file on the volume, or the mount point itself. */
  path(name = ""): string {
    return this.machine.path(join(this.mountPoint, name));
  }

  private async deviceNumber(): Promise<string> {
    return this.machine.must("lsblk", "-n", "-d", "-r", "-o", "MAJ:MIN", this.device.path);
  }
}

/** The processor time that a script needs for a volume. Unlike the time on the clock, it hardly grows on a busy computer. */
export async function processorSeconds(volume: Volume, script: string): Promise<number> {
  const timed = 'TIMEFORMAT="%U %S"; time "$0" "$1" 2>/dev/null';
  const { code, said } = await volume.machine.run("bash", ["-c", timed, script, volume.config]);
  expect(code, said).toBe(0);
  const [user, system] = said.trim().split(" ").map(Number) as [number, number];
  return user + system;
}
