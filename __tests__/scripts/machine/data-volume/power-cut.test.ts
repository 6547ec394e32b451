import { execa } from "execa";
import { expect, it } from "vitest";
import { exitCode } from "./exit-codes";
import { Machine } from "./machine";
import { describeWithDisks } from "./requirements";
import { Volume } from "./volume";
import { sums, writeFiles } from "./written-files";

describeWithDisks("a power cut", () => {
  for (const fileSystem of ["ext4", "xfs"] as const) {
    it(`while ${fileSystem} is written to: every byte that was synced is there, after a second cut too`, async () => {
      const machine = await Machine.start();
      let volume = await Volume.attach({ machine, fileSystem });
      await volume.mounted();
      const before = await writeFiles(volume);
      for (const cut of [1, 2]) {
        await machine.start("sh", "-c", writing, volume.mountPoint, String(cut));
        // The kernel offers this for tests of file systems: from here on nothing reaches the disk, as after a power
        // cut.
        await machine.must("xfs_io", "-x", "-c", "shutdown", volume.mountPoint);
        const after = await Volume.attach({ machine, fileSystem, copyOf: volume.device.file });
        expect(await journalToReplay(after)).toBe(true);
        await after.mounted();
        expect(await sums(after)).toBe(before);
        await volume.unmounted();
        volume = after;
      }
      await volume.unmounted();
      await execa(...checkOf(fileSystem, volume.device.path));
    });

    it(`fails when the kernel has shut ${fileSystem} down; unmounting and mounting heals it`, async () => {
      const volume = await Volume.attach({ fileSystem });
      await volume.mounted();
      const before = await writeFiles(volume);
      await volume.machine.must("xfs_io", "-x", "-c", "shutdown", volume.mountPoint);
      const { code, said } = await volume.mount();
      expect(said).toMatch(/is mounted at .*, but the kernel no longer writes to it, as after a disk error/);
      expect(code).toBe(exitCode("DAMAGED"));
      expect((await volume.unmounted()).said).toContain("not everything could be written");
      await volume.mounted();
      expect(await sums(volume)).toBe(before);
    });
  }
});

/** Writes files, syncs once, prints "ready" and goes on writing. */
const writing = `cd "$0" && mkdir "writing $1" && cd "writing $1" && n=0
  while :; do n=$((n + 1)); head -c 20000 /dev/urandom > $n; [ $n != 20 ] || { sync -f .; echo ready; }; [ $n -lt 400 ] || n=21; done`;

/** Whether the file system was not unmounted and has a journal to replay. */
async function journalToReplay(volume: Volume): Promise<boolean> {
  if ((await volume.device.kind()) === "ext4") {
    return (await execa("dumpe2fs", ["-h", volume.device.path])).stdout.includes("needs_recovery");
  }
  // xfs_repair does not replay a journal: it stops and says so.
  const { exitCode, all } = await execa("xfs_repair", [volume.device.path], { reject: false, all: true });
  return exitCode === 2 && all.includes("valuable metadata changes in a log");
}

/** The command that checks a whole file system and changes nothing. */
function checkOf(fileSystem: "ext4" | "xfs", device: string): [string, string[]] {
  return fileSystem === "ext4" ? ["e2fsck", ["-f", "-n", device]] : ["xfs_repair", ["-n", device]];
}
