import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, vi } from "vitest";
import { exitCode, scripts } from "./exit-codes";
import { lockFile, scratchFolder } from "./loop-device";
import { Machine } from "./machine";
import { describeWithDisks, missingPrograms } from "./requirements";
import { shim } from "./shim";
import { Volume } from "./volume";

const noTracer = missingPrograms({ strace: "strace" });
const kinds = ["ext4", "xfs"] as const;

/** The note of an unfinished formatting. It is on this computer, since the test's machine shares its root disk. */
function note(volume: Volume): string {
  return `/var/lib/workbench/formatting/${volume.device.volumeId}`;
}

/** Whether a run is waiting for another to release the volume's lock. */
function waitsForLock({ device }: Volume): boolean {
  const { ino } = statSync(lockFile(device));
  const locks = readFileSync("/proc/locks", "utf8").split("\n");
  return locks.some((line) => line.includes("-> FLOCK") && line.includes(`:${ino} `));
}

/** A mkfs that is killed (SIGKILL) as it enters its n-th write to the device. */
function killedAtWrite(fileSystem: string, n: number): Record<string, string> {
  return shim(
    `mkfs.${fileSystem}`,
    `exec strace -o /dev/null -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when=${n} /usr/sbin/mkfs.${fileSystem} "$@"`,
  );
}

/** How many writes mkfs needs for a test's disk. */
async function writesOf(fileSystem: "ext4" | "xfs"): Promise<number> {
  const volume = await Volume.attach({ fileSystem });
  const { stderr } = await execa("strace", ["-e", "trace=pwrite64", `mkfs.${fileSystem}`, "-q", volume.device.path]);
  return [...stderr.matchAll(/^pwrite64\(/gm)].length;
}

describeWithDisks("a mkfs that is cut off", () => {
  describe.skipIf(noTracer !== undefined)(
    `by SIGKILL at a write to the device${noTracer ? ` (${noTracer})` : ""}`,
    () => {
      for (const fileSystem of kinds) {
        it(`of ${fileSystem}, at its first, second, third, middle, last but one and last: the next run formats again`, async () => {
          const writes = await writesOf(fileSystem);
          expect(writes).toBeGreaterThan(10);
          const machine = await Machine.start();
          for (const n of [1, 2, 3, Math.ceil(writes / 2), writes - 1, writes]) {
            const volume = await Volume.attach({ machine, fileSystem });
            const cut = await volume.mount({ env: killedAtWrite(fileSystem, n) });
            expect(cut.code, `write ${n} of ${writes}: ${cut.said}`).toBe(exitCode("FORMAT"));
            expect(cut.said).toMatch(
              /mkfs\.\w+ failed on .* the disk held no data of yours: fix the cause, then run again$/,
            );
            expect(existsSync(note(volume))).toBe(true);
            const { said } = await volume.mounted();
            expect(said, `write ${n} of ${writes}`).toContain("new file system made");
            expect(existsSync(note(volume))).toBe(false);
            await volume.unmounted();
            const check = fileSystem === "xfs" ? ["xfs_repair", "-n"] : ["e2fsck", "-f", "-n"];
            await machine.must(check[0] as string, ...check.slice(1), volume.device.path);
          }
        });
      }
    },
  );

  for (const fileSystem of kinds) {
    it(`together with the script, by SIGKILL, while ${fileSystem} is made: the next run waits for the mkfs that goes on, then mounts`, async () => {
      const volume = await Volume.attach({ fileSystem });
      // The script dies at once. mkfs lives on as an orphan that holds the lock. It begins when the next run waits for
      // the lock, and succeeds.
      const go = join(scratchFolder(), "go");
      const env = shim(
        `mkfs.${fileSystem}`,
        `exec >/dev/null 2>&1; kill -KILL $PPID; for _ in {1..9000}; do [[ ! -e ${go} ]] || break; sleep 0.1; done; exec /usr/sbin/mkfs.${fileSystem} "$@"`,
      );
      expect((await volume.mount({ env })).code).not.toBe(0);
      const mounting = volume.mounted();
      await vi.waitFor(() => expect(waitsForLock(volume)).toBe(true), { timeout: 300_000 });
      writeFileSync(go, "");
      const { said } = await mounting;
      expect(said).not.toContain("new file system made");
      expect(existsSync(note(volume))).toBe(false);
    });

    it(`together with the script, while ${fileSystem} is made, and mounted by hand since: a deploy while it is mounted removes the note`, async () => {
      const volume = await Volume.attach({ fileSystem });
      const sum = await madeByOrphanAndMountedByHand(volume, fileSystem);
      await volume.mounted();
      expect(existsSync(note(volume))).toBe(false);
      await volume.machine.must("umount", volume.mountPoint);
      await damage(volume, fileSystem);
      expect((await volume.mounted()).said).not.toContain("new file system made");
      expect(await volume.machine.must("sha256sum", join(volume.mountPoint, "file"))).toBe(sum);
    });

    it(`together with the script, while ${fileSystem} is made, and mounted by hand since: it is never formatted again`, async () => {
      const volume = await Volume.attach({ fileSystem });
      const sum = await madeByOrphanAndMountedByHand(volume, fileSystem);
      await volume.machine.must("umount", volume.mountPoint);
      await damage(volume, fileSystem);
      expect((await volume.mounted()).said).not.toContain("new file system made");
      expect(existsSync(note(volume))).toBe(false);
      expect(await volume.machine.must("sha256sum", join(volume.mountPoint, "file"))).toBe(sum);
    });

    it(`of ${fileSystem}, half-made: only a machine that always had the disk formats it again`, async () => {
      const volume = await Volume.attach({ fileSystem });
      await halfMade(volume, fileSystem);
      const written = readFileSync(note(volume), "utf8");

      // The machine restarted since.
      writeFileSync(note(volume), written.replace(/^boot=.*$/m, "boot=another"));
      await volume.refused(
        "UNKNOWN_CONTENT",
        /was cut off, and since then this machine restarted or the disk was away/,
      );

      // Another machine, which has no note.
      rmSync(note(volume));
      if (fileSystem === "xfs") await volume.refused("DAMAGED", /the xfs on .* could not be mounted/);
      else await volume.refused("UNKNOWN_CONTENT", /has no signature and is not blank/);

      // The same machine, which always had the disk.
      writeFileSync(note(volume), written);
      expect((await volume.mounted()).said).toContain("new file system made, since an earlier formatting was cut off");
    });

    it(`of ${fileSystem}, on a disk that was detached and attached again since, is refused`, async () => {
      const volume = await Volume.attach({ fileSystem });
      await halfMade(volume, fileSystem);
      volume.device.unplug();
      await volume.device.detach();
      await volume.device.attach();
      volume.device.plug();
      await volume.refused(
        "UNKNOWN_CONTENT",
        /was cut off, and since then this machine restarted or the disk was away/,
      );
    });
  }

  it("is not formatted again after somebody put another file system on the volume", async () => {
    const volume = await Volume.attach({ sizeMiB: 320 });
    await halfMade(volume, "ext4");
    await volume.machine.must("mkfs.xfs", "-q", "-f", volume.device.path);
    const uuid = await volume.device.tag("UUID");
    await volume.mounted();
    await volume.unmounted();
    expect(await volume.device.tag("UUID")).toBe(uuid);
    expect(existsSync(note(volume))).toBe(false);
  });

  it("fails when the volume is too small for the file system, and leaves it blank", async () => {
    const volume = await Volume.attach({ fileSystem: "xfs", sizeMiB: 64 });
    const { code, said } = await volume.mount();
    expect(said).toMatch(/mkfs.xfs failed on .* its output is above/);
    expect(code).toBe(exitCode("FORMAT"));
    expect(await volume.device.kind()).toBe("");
  });

  it("after the mount, before the sentinel is written: the next run completes it", async () => {
    const volume = await Volume.attach();
    // `kill 0` ends the script's process group, which must not be the test's.
    const { code } = await volume.machine.run("setsid", ["--wait", join(scripts, "mount-data-volume"), volume.config], {
      env: shim("mount", '/usr/bin/mount "$@"; kill -KILL 0'),
    });
    expect(code).not.toBe(0);
    expect(existsSync(volume.path(".workbench-volume"))).toBe(false);
    await volume.mounted();
    expect(existsSync(volume.path(".workbench-volume"))).toBe(true);
  });
});

/** Kills the script while mkfs runs on and succeeds; mounts by hand and writes a file. Returns the file's checksum. */
async function madeByOrphanAndMountedByHand(volume: Volume, fileSystem: "ext4" | "xfs"): Promise<string> {
  const env = shim(
    `mkfs.${fileSystem}`,
    `exec >/dev/null 2>&1; kill -KILL $PPID; exec /usr/sbin/mkfs.${fileSystem} "$@"`,
  );
  await volume.mount({ env });
  await volume.machine.must("flock", lockFile(volume.device), "true");
  expect(existsSync(note(volume))).toBe(true);
  await volume.machine.must("mkdir", "-p", volume.mountPoint);
  await volume.machine.must("mount", volume.device.path, volume.mountPoint);
  const file = join(volume.mountPoint, "file");
  await volume.machine.must("dd", "if=/dev/urandom", `of=${file}`, "bs=64K", "count=16", "status=none", "conv=fsync");
  return volume.machine.must("sha256sum", file);
}

/** Writes a wrong counter. e2fsck -p repairs it and the kernel ignores it, but a read-only check reports damage. */
async function damage(volume: Volume, fileSystem: "ext4" | "xfs"): Promise<void> {
  if (fileSystem === "xfs") {
    await volume.machine.must("xfs_db", "-x", "-c", "sb 0", "-c", "write fdblocks 1000", volume.device.path);
    expect((await volume.machine.run("xfs_repair", ["-n", volume.device.path])).code).not.toBe(0);
  } else {
    for (const change of ["set_inode_field /file links_count 2", "set_super_value state 2"])
      await volume.machine.must("debugfs", "-w", "-R", change, volume.device.path);
    expect((await volume.machine.run("e2fsck", ["-f", "-n", volume.device.path])).code).not.toBe(0);
  }
}

/** Kills mkfs in the middle: after it has written the superblock of an xfs, before that of an ext4. */
async function halfMade(volume: Volume, fileSystem: "ext4" | "xfs"): Promise<void> {
  const writes = fileSystem === "xfs" ? 40 : 30;
  const cut = await volume.mount({ env: killedAtWrite(fileSystem, writes) });
  expect(cut.code, cut.said).toBe(exitCode("FORMAT"));
}
