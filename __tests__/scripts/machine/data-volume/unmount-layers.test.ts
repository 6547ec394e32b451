import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it, onTestFinished, vi } from "vitest";
import { exitCode } from "./exit-codes";
import { scratchFolder } from "./loop-device";
import type { Machine } from "./machine";
import { describeWithDisks } from "./requirements";
import { Volume } from "./volume";

describeWithDisks("what the kernel has on top of a volume: unmount-data-volume", () => {
  it("unmounts what is mounted on top of the volume, and other mounts of it, first", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const elsewhere = scratchFolder();
    await volume.machine.must("mkdir", "-p", join(volume.mountPoint, "a b/inner"));
    await volume.machine.must("mount", "-t", "tmpfs", "tmpfs", join(volume.mountPoint, "a b/inner"));
    await volume.machine.must("mkdir", join(volume.mountPoint, "a b/inner/most"));
    await volume.machine.must("mount", "-t", "tmpfs", "tmpfs", join(volume.mountPoint, "a b/inner/most"));
    await volume.machine.must("mount", "--bind", join(volume.mountPoint, "a b"), elsewhere);
    const process = await volume.machine.start(
      "sh",
      "-c",
      'cd "$0" && echo ready && exec sleep 1000',
      join(volume.mountPoint, "a b/inner/most"),
    );
    await volume.unmounted();
    expect(process.running()).toBe(false);
    expect(await volume.machine.must("cat", "/proc/self/mountinfo")).not.toContain(elsewhere);
  });

  it("leaves alone what a mount below the volume shares with others", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const { shared, mounts } = await sharedTree(volume.machine);
    const before = await mounts();
    expect(before.split("\n")).toHaveLength(4);
    await volume.machine.must("mkdir", join(volume.mountPoint, "below"));
    await volume.machine.must("mount", "--rbind", shared, join(volume.mountPoint, "below"));
    await volume.unmounted();
    expect(await mounts()).toBe(before);
  });

  it("spares a service with mounts of its own that follow the machine's, when it makes such a mount private", async () => {
    const volume = await Volume.attach();
    const { shared } = await sharedTree(volume.machine);
    await volume.mounted();
    await volume.machine.must("mkdir", join(volume.mountPoint, "below"));
    await volume.machine.must("mount", "--rbind", shared, join(volume.mountPoint, "below"));
    const follower = [
      "unshare",
      "--mount",
      "--propagation",
      "slave",
      "sh",
      "-c",
      "echo ready; exec sleep 1000",
    ] as const;
    const service = await volume.machine.start(...follower);
    await volume.unmounted();
    expect(service.running()).toBe(true);
  });

  it("unmounts an overlay elsewhere whose files are on the volume", async () => {
    const { volume, merged } = await withOverlay();
    const writer = await volume.machine.start(
      "sh",
      "-c",
      'cd "$0" && exec 5>held && echo ready && exec sleep 1000',
      merged,
    );
    await volume.unmounted();
    expect(writer.running()).toBe(false);
    expect(await volume.machine.must("cat", "/proc/self/mountinfo")).not.toContain(merged);
  });

  it("ends a process whose overlay in a mount namespace of its own has its files on the volume, as a container's", async () => {
    const { volume, merged } = await withOverlay();
    const running = await volume.machine.start(...container, volume.mountPoint, merged);
    await volume.unmounted();
    expect(running.running()).toBe(false);
  });

  it("fails, naming it, when only another mount namespace has an overlay whose files are on the volume", async () => {
    const { volume, merged } = await withOverlay();
    const running = await volume.machine.start(...container, volume.mountPoint, merged);
    await volume.machine.must("umount", merged);
    const { code, said } = await volume.unmount();
    expect(said).toContain(`is still held; in use by the overlay at ${merged} in the mount namespace of process`);
    expect(code).toBe(exitCode("STILL_HELD"));
    process.kill(running.pid, "SIGKILL");
    await running.exited;
    await volume.unmounted();
  });

  it("detaches an idle loop device backed by a file on the volume", async () => {
    const { volume, file, loop } = await withLoopDevice();
    expect(await loopDevicesOver(file)).toEqual([loop]);
    await volume.unmounted();
    // It stays while another program has it open: one that lists disks opens each for a moment.
    await vi.waitFor(async () => expect(await loopDevicesOver(file)).toEqual([]), { timeout: 60_000 });
  });

  it("fails, naming it, when a loop device backed by a file on the volume is in use", async () => {
    const { volume, loop } = await withLoopDevice();
    const elsewhere = scratchFolder();
    await volume.machine.must("mkfs.ext4", "-q", loop);
    await volume.machine.must("mount", loop, elsewhere);
    const { code, said } = await volume.unmount();
    expect(said).toContain(
      `in use by the loop device ${loop} backed by a file on the volume: end that, then run again`,
    );
    expect(code).toBe(exitCode("IN_USE"));
    await volume.machine.must("umount", elsewhere);
    await volume.unmounted();
  });

  it("turns a swap file on the volume off", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const file = join(volume.mountPoint, "a swap file");
    await volume.machine.must("dd", "if=/dev/zero", `of=${file}`, "bs=1M", "count=4", "status=none");
    await volume.machine.must("chmod", "600", file);
    await volume.machine.must("mkswap", "--quiet", file);
    await volume.machine.must("swapon", file);
    await volume.unmounted();
    expect(readFileSync("/proc/swaps", "utf8")).not.toContain("swap\\040file");
  });

  it("fails, naming it, when the volume itself is swap space", async () => {
    const volume = await Volume.attach();
    await volume.machine.must("mkswap", "--quiet", volume.device.path);
    await volume.machine.must("swapon", volume.device.path);
    onTestFinished(async () => {
      await execa("swapoff", [volume.device.path], { reject: false });
    });
    const { code, said } = await volume.unmount();
    expect(said).toContain("is still held; in use by swap space on the device itself: end that, then run again");
    expect(code).toBe(exitCode("STILL_HELD"));
  });
});

/** Like a container: a mount namespace of its own, from which the volume itself is gone, and the overlay is not. */
const container = [
  "unshare",
  "--mount",
  "--propagation",
  "private",
  "sh",
  "-c",
  'cd / && umount "$0" && cd "$1" && echo ready && exec sleep 1000',
] as const;

/** On a machine whose mounts are shared: mounts like those of /dev, two of them at one path, and their list. */
async function sharedTree(machine: Machine): Promise<{ shared: string; mounts: () => Promise<string> }> {
  await machine.must("mount", "--make-rshared", "/");
  const shared = scratchFolder();
  await machine.must("mount", "-t", "tmpfs", "tmpfs", shared);
  for (const name of ["shm", "shm", "pts"]) {
    await machine.must("mkdir", "-p", join(shared, name));
    await machine.must("mount", "-t", "tmpfs", "tmpfs", join(shared, name));
  }
  const list = ["--raw", "--noheadings", "--output", "TARGET", "--submounts", shared];
  return { shared, mounts: () => machine.must("findmnt", ...list) };
}

/** A mounted volume, and the path of an overlay whose files are on it. */
async function withOverlay(): Promise<{ volume: Volume; merged: string }> {
  const volume = await Volume.attach();
  await volume.mounted();
  const merged = scratchFolder();
  const [upper, work, lower] = ["an upper", "work", "lower"].map((name) => join(volume.mountPoint, name));
  await volume.machine.must("mkdir", `${upper}`, `${work}`, `${lower}`);
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  await volume.machine.must("mount", "-t", "overlay", "overlay", "-o", options, merged);
  return { volume, merged };
}

/** A mounted volume, and a loop device backed by a file on it. */
async function withLoopDevice(): Promise<{ volume: Volume; file: string; loop: string }> {
  const volume = await Volume.attach();
  await volume.mounted();
  const file = join(volume.mountPoint, "image");
  await volume.machine.must("truncate", "-s", "16M", file);
  const loop = await volume.machine.must("losetup", "--find", "--show", file);
  onTestFinished(async () => {
    for (const device of await loopDevicesOver(file)) await execa("losetup", ["--detach", device]);
  });
  return { volume, file, loop };
}

/** By the file: once a loop device is detached, another test may get one with the same number. */
async function loopDevicesOver(file: string): Promise<string[]> {
  const { stdout } = await execa("losetup", ["--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE"]);
  return stdout
    .split("\n")
    .filter((line) => line.endsWith(` ${file}`))
    .map((line) => line.replace(/ .*/, ""));
}
