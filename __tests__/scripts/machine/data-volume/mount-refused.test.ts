import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { exitCode, scripts } from "./exit-codes";
import { lockFile, scratchFolder } from "./loop-device";
import { Machine } from "./machine";
import { describeWithDisks } from "./requirements";
import { shim } from "./shim";
import { Volume } from "./volume";
import { freeLetters, withXenNode } from "./xen-node";

describeWithDisks("mount-data-volume refuses", () => {
  it("fails when the device never appears, after the time that was set", async () => {
    const volume = await Volume.attach({ plugged: false, waitSec: 2 });
    const { seconds } = await volume.refused(
      "NO_DEVICE",
      /did not appear within 2 seconds: expected a block device .* check that it is attached/,
    );
    expect(seconds).toBeGreaterThanOrEqual(2);
  });

  it("fails when the disk of that name is not a Xen disk", async () => {
    const deviceName = `/dev/sd${freeLetters()}`;
    const volume = await Volume.attach({ plugged: false, deviceName, waitSec: 1 });
    await withXenNode(volume, deviceName, () =>
      volume.refused("NO_DEVICE", new RegExp(`or a Xen disk at ${deviceName}, got neither`)),
    );
  });

  it("fails, saying where, when the volume is mounted elsewhere", async () => {
    const volume = await Volume.attach();
    const elsewhere = scratchFolder();
    await volume.machine.must("mkfs.ext4", "-q", volume.device.path);
    await volume.machine.must("mount", "-o", "ro", volume.device.path, elsewhere);
    const { said } = await volume.refused("MOUNTED_ELSEWHERE", /unmount it there, then run again$/);
    expect(said).toContain(` is mounted at ${elsewhere}, expected the whole of it at ${volume.mountPoint}`);
  });

  it("fails, saying where, when another mount namespace has it mounted", async () => {
    const volume = await Volume.attach();
    const folder = scratchFolder();
    await volume.machine.must("mkfs.ext4", "-q", volume.device.path);
    const other = await volume.machine.start(
      "unshare",
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      'mount -o ro "$0" "$1" && echo ready && exec sleep 1000',
      volume.device.path,
      folder,
    );
    await volume.refused(
      "MOUNTED_ELSEWHERE",
      new RegExp(`is mounted at ${folder} in the mount namespace of process ${other.pid}`),
    );
  });

  it("fails when the mount point holds files, which a mount would hide; a blank volume stays blank", async () => {
    const volume = await Volume.attach();
    mkdirSync(volume.mountPoint);
    writeFileSync(join(volume.mountPoint, ".precious"), "bytes");
    await volume.refused(
      "MOUNT_POINT",
      /holds files of this machine's own disk .*\.precious and 0 more.*move them away/,
    );
    expect(readFileSync(join(volume.mountPoint, ".precious"), "utf8")).toBe("bytes");
    expect(await volume.device.kind()).toBe("");
  });

  it("fails when the mount point is a file, a link, or taken", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "file"), "");
    symlinkSync(scratchFolder(), join(folder, "link"));
    mkdirSync(join(folder, "taken"));
    const machine = await Machine.start();
    await machine.must("mount", "-t", "tmpfs", "something", join(folder, "taken"));
    for (const [name, words] of [
      ["file", /is a file, expected a folder/],
      ["link", /leads to .*, expected a folder that is no link/],
      ["taken", /something is mounted at .*, expected nothing there but vol-/],
    ] as const) {
      await (await Volume.attach({ machine, mountPoint: join(folder, name) })).refused("MOUNT_POINT", words);
    }
  });

  it("fails when the mount point cannot be made, as below a former one; a blank volume stays blank", async () => {
    const machine = await Machine.start();
    const former = join(scratchFolder(), "former");
    await machine.must("mkdir", former);
    await machine.must("chattr", "+i", former);
    const volume = await Volume.attach({ machine, mountPoint: join(former, "data") });
    await volume.refused(
      "MOUNT_POINT",
      /could not be made \(.*Operation not permitted\), .* "chattr -i", then run again$/,
    );
    await machine.must("chattr", "-i", former);
    await volume.mounted();
  });

  it("leaves no folder when one on the way to the mount point cannot be made", async () => {
    const folder = scratchFolder();
    const volume = await Volume.attach({ mountPoint: join(folder, "a/b", "c".repeat(300), "data") });
    await volume.refused("MOUNT_POINT", /could not be made \(.*File name too long\)/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("fails when the volume is in use through a second device", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    await volume.unmounted();
    const second = await volume.machine.must("losetup", "--find", "--show", volume.device.file);
    const elsewhere = scratchFolder();
    await volume.machine.must("mount", second, elsewhere);
    const { code, said } = await volume.mount();
    await volume.machine.must("umount", elsewhere);
    await volume.machine.must("losetup", "--detach", second);
    expect(said).toContain(`is in use through a second device, ${second}, expected it at ${volume.mountPoint} alone`);
    expect(code).toBe(exitCode("MOUNTED_ELSEWHERE"));
    await volume.mounted();
  });

  it.each(["ext4", "xfs"] as const)(
    "fails on a disk that is smaller than its %s, and changes nothing",
    async (fileSystem) => {
      const volume = await Volume.attach({ fileSystem, sizeMiB: 640 });
      await volume.mounted();
      await volume.unmounted();
      volume.device.unplug();
      await volume.device.detach();
      truncateSync(volume.device.file, 400 * 2 ** 20);
      await volume.device.attach();
      volume.device.plug();
      await volume.refused("DAMAGED", /spans 640MiB, expected at most the 400MiB of the disk: it was not touched/);
    },
  );

  it("fails on an ext4 that somebody made read-only for ever", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    await volume.unmounted();
    await execa("tune2fs", ["-O", "read-only", volume.device.path]);
    await volume.refused(
      "READ_ONLY",
      /has the feature "read-only", which somebody set: it was not mounted; clear it with/,
    );
  });

  it("fails on a read-only disk", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    await volume.unmounted();
    volume.device.unplug();
    await volume.device.detach();
    await volume.device.attach("--read-only");
    volume.device.plug();
    await volume.refused("READ_ONLY", /is read-only, expected a disk that can be written: attach it writable/);
  });

  it("fails when the kernel has made the mount read-only", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    await volume.machine.must("mount", "-o", "remount,ro", volume.mountPoint);
    const { code, said } = await volume.mount();
    expect(code).toBe(exitCode("READ_ONLY"));
    expect(said).toMatch(/is mounted read-only at .*, as the kernel does after a disk error/);
  });

  it("waits for another run, and fails when that does not end", async () => {
    const volume = await Volume.attach({ waitSec: 1 });
    mkdirSync(dirname(lockFile(volume.device)), { recursive: true });
    await volume.machine.start("flock", lockFile(volume.device), "sh", "-c", "echo ready; sleep 1000");
    await volume.refused(
      "OTHER_RUN",
      /another run holds \/run\/workbench\/vol-\w+\.lock and did not end within 1 seconds/,
    );
    // Only root can block a run like that.
    expect(statSync(dirname(lockFile(volume.device)))).toMatchObject({ uid: 0, mode: 0o40700 });
  });

  it("fails when mount reports a success that findmnt does not show", async () => {
    const volume = await Volume.attach();
    const { code, said } = await volume.mount({ env: shim("mount", "exit 0") });
    expect(code).toBe(exitCode("NOT_VERIFIED"));
    expect(said).toMatch(/mount reported success, but findmnt does not show/);
  });

  it("fails when mkfs is missing, and leaves a blank volume blank", async () => {
    const volume = await Volume.attach({ fileSystem: "xfs" });
    const program = await volume.machine.must("realpath", await volume.machine.must("sh", "-c", "command -v mkfs.xfs"));
    await volume.machine.must("mount", "--bind", "/dev/null", program);
    await volume.refused("NOT_READY", /the program mkfs.xfs is missing on this machine: install the package xfsprogs/);
  });

  it("fails for anybody but root", async () => {
    const volume = await Volume.attach();
    const copy = scratchFolder();
    cpSync(scripts, copy, { recursive: true });
    // Where anybody can reach and read it.
    await volume.machine.must("chmod", "-R", "a+rX", copy);
    await volume.machine.must("mount", "--bind", copy, "/mnt");
    for (const script of ["mount-data-volume", "unmount-data-volume"]) {
      const { code, said } = await volume.machine.run("setpriv", [
        "--reuid=65534",
        "--clear-groups",
        join("/mnt", script),
        volume.config,
      ]);
      expect(said).toBe(`${script}: must run as root, got user id 65534: run it with sudo`);
      expect(code).toBe(exitCode("NOT_READY"));
    }
  });
});
