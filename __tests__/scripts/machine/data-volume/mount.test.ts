import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { scratchFolder } from "./loop-device";
import { Machine, sleep } from "./machine";
import { describeWithDisks } from "./requirements";
import { processorSeconds, Volume } from "./volume";
import { sums, writeFiles } from "./written-files";
import { freeLetters, withXenNode } from "./xen-node";

const nobody = 65534;

describeWithDisks("mount-data-volume", () => {
  it("is mounted although e2fsck is too old for its ext4, and says so", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const before = await writeFiles(volume);
    await volume.unmounted();
    await volume.machine.must("debugfs", "-w", "-R", "feature FEATURE_C14", volume.device.path);
    expect((await volume.mounted()).said).toMatch(
      /e2fsck could not check it: .* has unsupported feature\(s\): FEATURE_C14/,
    );
    expect(await sums(volume)).toBe(before);
    await volume.mounted();
  });

  for (const fileSystem of ["ext4", "xfs"] as const) {
    it(`makes ${fileSystem} on a blank volume, labelled, and mounts it`, async () => {
      const volume = await Volume.attach({ fileSystem });
      const { said } = await volume.mounted();
      expect(said).toBe(
        `mount-data-volume: ${volume.device.volumeId} is mounted at ${volume.mountPoint} ` +
          `(${fileSystem} of ${fileSystem === "xfs" ? 320 : 64}MiB; new file system made)`,
      );
      expect(await volume.seen("FSTYPE")).toBe(fileSystem);
      expect(await volume.seen("LABEL")).toBe("workbench");
      expect(await volume.seen("OPTIONS")).toMatch(/^rw,nosuid,nodev,noatime,/);
      expect(statSync(volume.path()).uid).toBe(nobody);
      expect(readFileSync(volume.path(".workbench-volume"), "utf8")).toBe(`first-volume=${volume.device.volumeId}\n`);
    });

    it(`makes ${fileSystem} at a mount point whose parents everybody can enter, whatever the umask`, async () => {
      const folder = scratchFolder();
      const volume = await Volume.attach({ fileSystem, mountPoint: join(folder, "new", "newer", "data") });
      const { code } = await volume.machine.run("bash", ["-c", 'umask 077; exec "$@"', "_", ...volume.mountCommand]);
      expect(code).toBe(0);
      const modes = ["new", "new/newer"].map((name) => statSync(volume.machine.path(join(folder, name))).mode & 0o777);
      expect(modes).toEqual([0o755, 0o755]);
    });

    it(`changes nothing on ${fileSystem} when it runs again`, async () => {
      const volume = await Volume.attach({ fileSystem });
      await volume.mounted();
      const state = async () => ({
        mounts: await volume.mountLines(),
        root: statSync(volume.path()),
        sentinel: statSync(volume.path(".workbench-volume")),
      });
      const before = await state();
      const { said } = await volume.mounted();
      expect(await state()).toEqual(before);
      expect(said).not.toMatch(/new file system|grown/);
    });
  }

  it("keeps a file system of another kind than the setting, and what is on it", async () => {
    for (const [there, wanted] of [
      ["ext4", "xfs"],
      ["xfs", "ext4"],
    ] as const) {
      const volume = await Volume.attach({ fileSystem: wanted, sizeMiB: 320 });
      await volume.machine.must(`mkfs.${there}`, "-q", volume.device.path);
      await volume.machine.must("mkdir", volume.mountPoint);
      await volume.machine.must("mount", volume.device.path, volume.mountPoint);
      const written = await writeFiles(volume);
      await volume.machine.must("umount", volume.mountPoint);
      const uuid = await volume.device.tag("UUID");
      expect(uuid).not.toBe("");
      const { said } = await volume.mounted();
      expect(said).toContain(`it already had ${there}, which stays, though the setting says ${wanted}`);
      expect(await volume.seen("FSTYPE")).toBe(there);
      expect(await volume.device.tag("UUID")).toBe(uuid);
      expect(await sums(volume)).toBe(written);
    }
  });

  it("gives the root of the volume to its owner once, and never touches what is below", async () => {
    const volume = await Volume.attach();
    await volume.machine.must("mkfs.ext4", "-q", volume.device.path);
    await volume.machine.must("mkdir", volume.mountPoint);
    await volume.machine.must("mount", volume.device.path, volume.mountPoint);
    await volume.machine.must("install", "-o", "1234", "-m", "600", "/dev/null", join(volume.mountPoint, "theirs"));
    await volume.machine.must("umount", volume.mountPoint);
    await volume.mounted();
    expect(statSync(volume.path()).uid).toBe(nobody);
    expect(statSync(volume.path("theirs"))).toMatchObject({ uid: 1234 });
    await volume.machine.must("chown", "4321", volume.mountPoint);
    await volume.mounted();
    await volume.unmounted();
    await volume.mounted();
    expect(statSync(volume.path()).uid).toBe(4321);
  });

  it("leaves a mount point that nobody can write to while nothing is mounted there", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    await volume.unmounted();
    expect(statSync(volume.path())).toMatchObject({ uid: 0, mode: 0o40555 });
    // Bound where anybody can reach it: the test's own folder would keep others out.
    await volume.machine.must("mount", "--bind", volume.mountPoint, "/mnt");
    const touch = ["--reuid=65534", "--clear-groups", "touch", "/mnt/x"];
    const { said } = await volume.machine.run("setpriv", touch, { env: { LC_ALL: "C" } });
    expect(said).toMatch(/Operation not permitted|Permission denied/);
    await volume.machine.must("umount", "/mnt");
    await volume.mounted();
  });

  it("mounts at a path with a space", async () => {
    const volume = await Volume.attach({ mountPoint: join(scratchFolder(), "my data") });
    await volume.mounted();
    writeFileSync(volume.path("a file"), "content");
    await volume.unmounted();
    expect(readdirSync(volume.path())).toEqual([]);
    await volume.mounted();
    expect(readFileSync(volume.path("a file"), "utf8")).toBe("content");
    await volume.unmounted();
  });

  it("mounts a second volume beside the first, each by its own configuration", async () => {
    const machine = await Machine.start();
    const first = await Volume.attach({ machine });
    const second = await Volume.attach({ machine, fileSystem: "xfs" });
    await Promise.all([first.mounted(), second.mounted()]);
    writeFileSync(first.path("which"), "first");
    writeFileSync(second.path("which"), "second");
    await first.unmounted();
    expect(readFileSync(second.path("which"), "utf8")).toBe("second");
    await first.mounted();
    expect(readFileSync(first.path("which"), "utf8")).toBe("first");
  });

  it("waits for a device that appears late", async () => {
    const volume = await Volume.attach({ plugged: false });
    const mounting = volume.mounted();
    await sleep(2000);
    volume.device.plug();
    expect((await mounting).seconds).toBeGreaterThan(2);
  });

  it("finds a Xen disk by the name that it was attached under", async () => {
    const letters = freeLetters();
    const volume = await Volume.attach({ plugged: false, deviceName: `/dev/sd${letters}` });
    await withXenNode(volume, `/dev/xvd${letters}`, async () => {
      await volume.mounted();
      await volume.unmounted();
    });
  });

  it.each(["ext4", "xfs"] as const)("mounts a full disk of %s, with every byte", async (fileSystem) => {
    const volume = await Volume.attach({ fileSystem });
    await volume.mounted();
    const written = await writeFiles(volume);
    await fill(volume);
    const filling = async () => volume.machine.must("sha256sum", join(volume.mountPoint, "filling"));
    const filled = await filling();
    await volume.unmounted();
    await volume.mounted();
    expect(statSync(volume.path("filling")).size).toBeGreaterThan(30 * 1024 ** 2);
    expect(await filling()).toBe(filled);
    expect(await sums(volume)).toBe(written);
  });

  it("mounts a used disk of 100 GiB within a second of processor time", async () => {
    const volume = await Volume.attach({ fileSystem: "xfs", sizeMiB: 100 * 1024 });
    await execa("mkfs.xfs", ["-q", "-K", volume.device.path]);
    expect(await processorSeconds(volume, volume.mountCommand[0])).toBeLessThan(1);
    await volume.unmounted();
  });

  it("mounts a full disk that never had a sentinel, and says that there is no room for one", async () => {
    const volume = await Volume.attach();
    await volume.machine.must("mkfs.ext4", "-q", "-N", "16", volume.device.path);
    await volume.machine.must("mkdir", volume.mountPoint);
    await volume.machine.must("mount", volume.device.path, volume.mountPoint);
    await volume.machine.run("sh", [
      "-c",
      'cd "$0" && for i in $(seq 10000); do echo > $i || exit 1; done',
      volume.mountPoint,
    ]);
    await volume.machine.must("umount", volume.mountPoint);
    const { said } = await volume.mounted();
    expect(said).toContain("no room for .workbench-volume, which services require: free some space, then run again");
    expect(statSync(volume.path()).uid).toBe(0);
  });

  for (const fileSystem of ["ext4", "xfs"] as const) {
    it(`mounts a restored snapshot of ${fileSystem} beside its origin, which has the same UUID`, async () => {
      const machine = await Machine.start();
      const origin = await Volume.attach({ machine, fileSystem });
      await origin.mounted();
      writeFileSync(origin.path("file"), "content");
      await machine.must("sync", "-f", origin.mountPoint);
      const restored = await Volume.attach({ machine, fileSystem, copyOf: origin.device.file });
      expect(await restored.device.tag("UUID")).toBe(await origin.device.tag("UUID"));
      await restored.mounted();
      expect(readFileSync(restored.path("file"), "utf8")).toBe("content");
      // A true copy: it names the volume that it was first made for.
      expect(readFileSync(restored.path(".workbench-volume"), "utf8")).toBe(`first-volume=${origin.device.volumeId}\n`);
      writeFileSync(restored.path("file"), "other content");
      expect(readFileSync(origin.path("file"), "utf8")).toBe("content");
    });
  }
});

/** Writes to a file on the volume until the volume is full. */
async function fill(volume: Volume): Promise<void> {
  const write = ["if=/dev/urandom", `of=${join(volume.mountPoint, "filling")}`, "bs=64K"];
  const { said } = await volume.machine.run("dd", write, { env: { LC_ALL: "C" } });
  expect(said).toContain("No space left on device");
}
