import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, vi } from "vitest";
import { exitCode, scripts } from "./exit-codes";
import { imageFile, lockFile, scratchFolder } from "./loop-device";
import { Machine } from "./machine";
import { describeWithDisks, missingPrograms } from "./requirements";
import { shim } from "./shim";
import { Volume } from "./volume";

const noTracer = missingPrograms({ strace: "strace" });
const kinds = ["ext4", "xfs"] as const;

/** Changes a setting of the volume. */
function setTo(volume: Volume, name: string, value: string): void {
  const text = readFileSync(volume.config, "utf8");
  writeFileSync(volume.config, text.replace(new RegExp(`^${name}=.*$`, "m"), `${name}=${value}`));
}

/** Whether a run is waiting for another to release the volume's lock. */
function waitsForLock({ device }: Volume): boolean {
  const { ino } = statSync(lockFile(device));
  const locks = readFileSync("/proc/locks", "utf8").split("\n");
  return locks.some((line) => line.includes("-> FLOCK") && line.includes(`:${ino} `));
}

/** The program that writes to the disk is killed (SIGKILL) as it enters its n-th write. */
function killedAtWrite(n: number): Record<string, string> {
  return shim(
    "python3",
    `case "$*" in *format_disk*) exec strace -o /dev/null -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when=${n} /usr/bin/python3 "$@" ;; esac; exec /usr/bin/python3 "$@"`,
  );
}

/** How many writes a test's disk needs. */
async function writesOf(fileSystem: "ext4" | "xfs"): Promise<number> {
  const volume = await Volume.attach({ fileSystem });
  const log = join(scratchFolder(), "writes");
  const traced = `case "$*" in *format_disk*) exec strace -o ${log} -e trace=pwrite64 /usr/bin/python3 "$@" ;; esac; exec /usr/bin/python3 "$@"`;
  await volume.mounted({ env: shim("python3", traced) });
  return [...readFileSync(log, "utf8").matchAll(/^pwrite64\(/gm)].length;
}

/** Kills the program in the middle of its writes. */
async function halfMade(volume: Volume, fileSystem: "ext4" | "xfs"): Promise<void> {
  const cut = await volume.mount({ env: killedAtWrite(Math.ceil((await writesOf(fileSystem)) / 2)) });
  expect(cut.code, cut.said).toBe(exitCode("FORMAT"));
  expect(existsSync(imageFile(volume.device))).toBe(true);
  expect(await volume.device.kind()).toBe("");
}

async function isWhole(volume: Volume, fileSystem: "ext4" | "xfs"): Promise<void> {
  await volume.unmounted();
  const check = fileSystem === "xfs" ? ["xfs_repair", "-n"] : ["e2fsck", "-f", "-n"];
  await volume.machine.must(check[0] as string, ...check.slice(1), volume.device.path);
}

describeWithDisks("a formatting that is cut off", () => {
  describe.skipIf(noTracer !== undefined)(`by SIGKILL${noTracer ? ` (${noTracer})` : ""}`, () => {
    for (const fileSystem of kinds) {
      it(`of ${fileSystem}, at its first, second, middle, last but one and last write: the next run goes on with it`, async () => {
        const writes = await writesOf(fileSystem);
        expect(writes).toBeGreaterThan(3);
        const machine = await Machine.start();
        for (const n of new Set([1, 2, Math.ceil(writes / 2), writes - 1, writes])) {
          const volume = await Volume.attach({ machine, fileSystem });
          const cut = await volume.mount({ env: killedAtWrite(n) });
          expect(cut.code, `write ${n} of ${writes}: ${cut.said}`).toBe(exitCode("FORMAT"));
          const { said } = await volume.mounted();
          expect(said, `write ${n} of ${writes}`).toContain("new file system made");
          expect(existsSync(imageFile(volume.device))).toBe(false);
          await isWhole(volume, fileSystem);
        }
      });

      it(`of ${fileSystem}, on a disk that was detached and attached again since: the next run goes on with it`, async () => {
        const volume = await Volume.attach({ fileSystem });
        await halfMade(volume, fileSystem);
        volume.device.unplug();
        await volume.device.detach();
        await volume.device.attach();
        volume.device.plug();
        await volume.mounted();
        await isWhole(volume, fileSystem);
      });

      it.each([
        ["a tar", 0, randomBytes(10240)],
        ["one byte in the middle", 31 * 2 ** 20 + 7, Buffer.from([1])],
        ["one byte at the end", -1, Buffer.from([1])],
      ])(`of ${fileSystem}, and since then %s was written to the disk: it is refused`, async (_, offset, bytes) => {
        const volume = await Volume.attach({ fileSystem });
        await halfMade(volume, fileSystem);
        const end = (fileSystem === "xfs" ? 320 : 64) * 2 ** 20;
        await volume.device.write(offset < 0 ? end - bytes.length : offset, bytes);
        await volume.refused("UNKNOWN_CONTENT", /holds something that these scripts did not write \(byte \d+ /);
      });

      it(`of ${fileSystem}, and since then the disk grew: the next run goes on with it, and grows it`, async () => {
        const volume = await Volume.attach({ fileSystem });
        await halfMade(volume, fileSystem);
        await volume.device.grow(640);
        const { said } = await volume.mounted();
        expect(said).toContain("after an earlier formatting was cut off");
        await isWhole(volume, fileSystem);
      });

      it(`of ${fileSystem}, and its first bytes are there without all others, as after a power cut: it is completed`, async () => {
        const volume = await Volume.attach({ fileSystem });
        await halfMade(volume, fileSystem);
        const { volumeId } = volume.device;
        const copy = join(scratchFolder(), "image");
        await execa("cp", ["--sparse=always", imageFile({ volumeId }), copy]);
        await execa("dd", [
          `if=${copy}`,
          `of=${volume.device.path}`,
          "bs=2048",
          "count=1",
          "conv=fsync",
          "status=none",
        ]);
        expect(await volume.device.kind()).toBe(fileSystem);
        await volume.mounted();
        expect(existsSync(imageFile(volume.device))).toBe(false);
        await isWhole(volume, fileSystem);
      });

      it(`of ${fileSystem}, on a disk that was wiped since: the next run makes it`, async () => {
        const volume = await Volume.attach({ fileSystem });
        await halfMade(volume, fileSystem);
        await volume.machine.must("blkdiscard", "--zeroout", volume.device.path);
        await volume.mounted();
        await isWhole(volume, fileSystem);
      });
    }

    it("and since then another kind was set: it goes on with the one that was begun, and says so", async () => {
      const volume = await Volume.attach({ sizeMiB: 320 });
      await halfMade(volume, "ext4");
      setTo(volume, "file-system", "xfs");
      expect((await volume.mounted()).said).toContain("(ext4 of 320MiB; new file system made, after");
      expect((await volume.mounted()).said).toContain("(ext4 of 320MiB)");
    });

    it("before its first write, and since then another kind was set: that one is made", async () => {
      const volume = await Volume.attach({ sizeMiB: 320 });
      await volume.mount({ env: killedAtWrite(1) });
      expect(existsSync(imageFile(volume.device))).toBe(true);
      setTo(volume, "may-format", "no");
      await volume.refused("FORMAT", /is blank, expected a file system, since may-format is no/);
      setTo(volume, "may-format", "yes");
      setTo(volume, "file-system", "xfs");
      expect((await volume.mounted()).said).toContain("(xfs of 320MiB; new file system made)");
    });

    it("on another machine, which cannot know whose it is: it is refused", async () => {
      const volume = await Volume.attach({ sizeMiB: 256 });
      await halfMade(volume, "ext4");
      await execa("rm", [imageFile(volume.device)]);
      await volume.refused("UNKNOWN_CONTENT", /it was not touched/);
    });
  });

  it("while mkfs works in its file: nothing is on the disk, and the next run begins anew", async () => {
    const volume = await Volume.attach();
    const { code } = await volume.mount({ env: shim("mkfs.ext4", "kill -KILL $$") });
    expect(code).toBe(exitCode("FORMAT"));
    expect(existsSync(imageFile(volume.device))).toBe(false);
    expect((await volume.mounted()).said).toContain("(ext4 of 64MiB; new file system made)");
  });

  it("together with the script, by SIGKILL: the next run waits for what goes on, then mounts", async () => {
    const volume = await Volume.attach();
    // The script dies at once. What it started lives on as an orphan that holds the lock.
    const go = join(scratchFolder(), "go");
    const env = shim(
      "mkfs.ext4",
      `exec >/dev/null 2>&1; pkill -KILL --full 'mount-data-volume ${volume.config}'; for _ in {1..9000}; do [[ ! -e ${go} ]] || break; sleep 0.1; done; exec /usr/sbin/mkfs.ext4 "$@"`,
    );
    // Without the stderr of this run, which the orphan keeps open.
    const killed = await volume.machine.run("sh", ["-c", 'exec "$0" "$1" 2>/dev/null', ...volume.mountCommand], {
      env,
    });
    expect(killed.code).not.toBe(0);
    const mounting = volume.mounted();
    await vi.waitFor(() => expect(waitsForLock(volume)).toBe(true), { timeout: 300_000 });
    writeFileSync(go, "");
    expect((await mounting).said).not.toContain("new file system made");
    expect(existsSync(imageFile(volume.device))).toBe(false);
  });

  it("after the last write, and mounted by hand since: it is never formatted again", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    const file = join(volume.mountPoint, "file");
    await volume.machine.must("dd", "if=/dev/urandom", `of=${file}`, "bs=64K", "count=16", "status=none", "conv=fsync");
    const sum = await volume.machine.must("sha256sum", file);
    await volume.unmounted();
    writeFileSync(imageFile(volume.device), randomBytes(4096));
    const { said } = await volume.mounted();
    expect(said).not.toContain("new file system made");
    expect(existsSync(imageFile(volume.device))).toBe(false);
    expect(await volume.machine.must("sha256sum", file)).toBe(sum);
  });

  it("fails when the volume is too small for the file system, and leaves it blank", async () => {
    const volume = await Volume.attach({ fileSystem: "xfs", sizeMiB: 64 });
    await volume.refused(
      "FORMAT",
      /mkfs.xfs failed for .*, which was not touched \(Filesystem must be larger than 300MB\.; \d+ MiB were free in \/var\/lib\/workbench\/formatting\)/,
    );
    expect(existsSync(imageFile(volume.device))).toBe(false);
  });

  it("fails when the machine's own disk cannot be written, and leaves the volume blank", async () => {
    const volume = await Volume.attach();
    await volume.machine.must("mkdir", "-p", "/var/lib/workbench/formatting");
    await volume.machine.must("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", "/var/lib/workbench/formatting");
    await volume.refused(
      "FORMAT",
      /which was not touched \(\/var\/lib\/workbench\/formatting\/.*: Read-only file system\): fix the cause/,
    );
  });

  it("makes both kinds on a disk with sectors of 4 KiB", async () => {
    for (const fileSystem of kinds) {
      const volume = await Volume.attach({ fileSystem });
      volume.device.unplug();
      await volume.device.detach();
      await volume.device.attach("--sector-size", "4096");
      volume.device.plug();
      await volume.mounted();
      await isWhole(volume, fileSystem);
    }
  });

  it("fails for a blank volume that may not be formatted", async () => {
    const volume = await Volume.attach();
    setTo(volume, "may-format", "no");
    await volume.refused(
      "FORMAT",
      /is blank, expected a file system, since may-format is no: attach the volume with your data/,
    );
  });

  it("fails while something else holds the disk, and leaves it blank", async () => {
    const volume = await Volume.attach();
    const held =
      "import os, sys, time; os.open(sys.argv[1], os.O_RDWR | os.O_EXCL); print('ready', flush=True); time.sleep(1000)";
    const process = await volume.machine.start("python3", "-c", held, volume.device.path);
    await volume.refused("FORMAT", /could not be held alone for a new file system \(.*Device or resource busy\)/);
    expect(process.running()).toBe(true);
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
