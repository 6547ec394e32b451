import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { exitCode } from "./exit-codes";
import { LoopDevice, scratchFolder } from "./loop-device";
import { describeWithDisks } from "./requirements";
import { shim } from "./shim";
import { Volume } from "./volume";

/** mkfs.ext4 that first does something. By then, the disk was found to be blank. */
function mkfsAfter(command: string): Record<string, string> {
  return shim("mkfs.ext4", `${command} || exit; exec /usr/sbin/mkfs.ext4 "$@"`);
}

describeWithDisks("between the look at a blank disk and its formatting", () => {
  it("somebody copies an ext4 to it: that one stays, and is mounted by the next run", async () => {
    const volume = await Volume.attach();
    const other = join(scratchFolder(), "other");
    const bytes = randomBytes(100_000);
    const folder = scratchFolder();
    await execa("tee", [join(folder, "file")], { input: bytes, stdout: "ignore" });
    await execa("mkfs.ext4", ["-q", "-L", "theirs", "-d", folder, other, "64M"]);
    const { code, said } = await volume.mount({
      env: mkfsAfter(`dd if=${other} of=${volume.device.path} bs=1M status=none conv=fsync`),
    });
    expect(said).toMatch(/holds something that these scripts did not write \(byte \d+ .*\): it was not touched/);
    expect(code).toBe(exitCode("UNKNOWN_CONTENT"));
    expect(await volume.device.tag("LABEL")).toBe("theirs");
    await volume.mounted();
    expect((await volume.machine.must("b2sum", join(volume.mountPoint, "file"))).slice(0, 64)).toBe(
      (await execa("b2sum", [join(folder, "file")])).stdout.slice(0, 64),
    );
  });

  it.each([
    ["at its beginning", 0],
    ["where the file system has nothing", 50 * 2 ** 20 + 77],
    ["at its end", 64 * 2 ** 20 - 1],
  ])("somebody writes one byte %s: it stays, and the disk is refused from then on", async (_, offset) => {
    const volume = await Volume.attach();
    const env = mkfsAfter(`printf x | dd of=${volume.device.path} bs=1 seek=${offset} conv=notrunc,fsync status=none`);
    const { code, said } = await volume.mount({ env });
    expect(said).toContain("holds something that these scripts did not write");
    expect(code).toBe(exitCode("UNKNOWN_CONTENT"));
    await volume.refused("UNKNOWN_CONTENT", /holds something that these scripts did not write/);
    expect((await volume.device.read(offset, 1)).toString()).toBe("x");
  });

  it("neither mkfs nor mount of somebody else gets the disk", async () => {
    const volume = await Volume.attach();
    const folder = scratchFolder();
    const words = join(folder, "words");
    const env = mkfsAfter(
      `{ ! /usr/sbin/mkfs.ext4 -q -F ${volume.device.path} && ! mount -t ext4 ${volume.device.path} ${folder}; } >${words} 2>&1`,
    );
    expect((await volume.mounted({ env })).said).toContain("new file system made");
    expect(readFileSync(words, "utf8")).toMatch(
      /apparently in use by the system[\s\S]*already mounted or mount point busy/,
    );
  });

  it("the link leads to another disk: that one is not touched", async () => {
    const volume = await Volume.attach();
    const other = await LoopDevice.create();
    const before = await other.checksum();
    const env = shim("wipefs", `ln -sfn ${other.path} ${volume.device.link}; exec /usr/sbin/wipefs "$@"`);
    await volume.mounted({ env });
    expect(await other.checksum()).toBe(before);
  });

  it("the device file leads to another disk: none is touched", async () => {
    const volume = await Volume.attach();
    const other = await LoopDevice.create();
    const [mine, theirs] = [await volume.device.checksum(), await other.checksum()];
    // A node of this test machine alone, with the other disk's number.
    const node = join(scratchFolder(), "node");
    const number = (await volume.machine.must("stat", "--format=%Hr %Lr", other.path)).split(" ");
    await execa("mknod", [node, "b", ...number]);
    const env = mkfsAfter("true");
    const swapped = shim(
      "python3",
      `case "$*" in *format_disk*) mount --bind ${node} ${volume.device.path} ;; esac; exec /usr/bin/python3 "$@"`,
    );
    const { code, said } = await volume.mount({ env: { ...env, ...swapped } });
    await volume.machine.must("umount", volume.device.path);
    expect(said).toMatch(/could not be held alone for a new file system \(.* is \d+:\d+ now, and was \d+:\d+\)/);
    expect(code).toBe(exitCode("FORMAT"));
    expect([await volume.device.checksum(), await other.checksum()]).toEqual([mine, theirs]);
  });
});
