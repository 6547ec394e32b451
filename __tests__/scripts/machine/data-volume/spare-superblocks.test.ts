import { execa } from "execa";
import { expect, it } from "vitest";
import { exitCode } from "./exit-codes";
import { scratchFolder } from "./loop-device";
import { describeWithDisks } from "./requirements";
import { Volume } from "./volume";

const GiB = 1024;

/**
 * File systems that span `from` GiB, then 12 when they grew. The test then zeroes the first GiB and the last 64 MiB, as
 * somebody who wipes a disk does. So nothing but spare superblocks and samples tells that it is not blank.
 */
const cases: readonly {
  readonly name: string;
  readonly make: readonly [string, ...string[]];
  readonly from?: number;
  readonly grow?: "resize2fs" | "xfs_growfs";
}[] = [
  { name: "xfs", make: ["mkfs.xfs", "-q", "-K"] },
  ...[5, 7, 13].map((groups) => ({
    name: `xfs with ${groups} groups`,
    make: ["mkfs.xfs", "-q", "-K", "-d", `agcount=${groups}`] as const,
  })),
  { name: "xfs that grew with its disk from 10 GiB", make: ["mkfs.xfs", "-q", "-K"], from: 10, grow: "xfs_growfs" },
  { name: "xfs with 7 groups of a disk that had 10 GiB", make: ["mkfs.xfs", "-q", "-K", "-d", "agcount=7"], from: 10 },
  ...[1024, 2048, 4096].map((block) => ({
    name: `ext4 with blocks of ${block} bytes`,
    make: ["mkfs.ext4", "-q", "-E", "nodiscard", "-b", String(block)] as const,
  })),
  { name: "ext4 with clusters", make: ["mkfs.ext4", "-q", "-E", "nodiscard", "-O", "bigalloc", "-C", "65536"] },
  {
    name: "ext4 with one spare superblock, of a disk that had 10 GiB",
    make: ["mkfs.ext4", "-q", "-E", "nodiscard", "-O", "sparse_super2"],
    from: 10,
  },
  {
    name: "ext4 that grew with its disk from 10 GiB",
    make: ["mkfs.ext4", "-q", "-E", "nodiscard"],
    from: 10,
    grow: "resize2fs",
  },
];

describeWithDisks("a wiped disk on which spare superblocks are left is refused:", () => {
  it.each(cases)("$name", async ({ make: [program, ...options], from = 12, grow }) => {
    const volume = await Volume.attach({ sizeMiB: from * GiB });
    const { device, machine } = volume;
    await execa(program, [...options, device.path]);
    if (from !== 12) await device.grow(12 * GiB);
    if (grow === "resize2fs") await execa("resize2fs", [device.path]);
    if (grow === "xfs_growfs") {
      const folder = scratchFolder();
      await machine.must("mount", device.path, folder);
      await machine.must("xfs_growfs", folder);
      await machine.must("umount", folder);
    }
    const kind = program.replace("mkfs.", "");
    await execa("blkdiscard", ["--force", "--zeroout", "--offset", "0", "--length", "1GiB", device.path]);
    await execa("blkdiscard", ["--force", "--zeroout", "--offset", String((12 * GiB - 64) * 2 ** 20), device.path]);
    expect(await device.kind()).toBe("");
    const { code, said } = await volume.mount();
    expect(said).toContain(`has a spare superblock of ${kind} at byte `);
    expect(said).not.toContain("wipe");
    expect(code).toBe(exitCode("UNKNOWN_CONTENT"));
  });
});

const ext4 = ["mkfs.ext4", "-q", "-F", "-E", "nodiscard"] as const;

describeWithDisks("spare superblocks of a former file system, too, are left:", () => {
  it.each([
    [
      "ext4, then xfs",
      [
        [...ext4, "-b", "1024"],
        ["mkfs.xfs", "-q", "-f", "-K"],
      ],
    ],
    [
      "ext4 with other blocks",
      [
        [...ext4, "-b", "1024"],
        [...ext4, "-b", "4096"],
      ],
    ],
    ["xfs, then ext4", [["mkfs.xfs", "-q", "-d", "agcount=5"], ext4]],
  ] as const)("%s: no command is named", async (_, makes) => {
    const volume = await Volume.attach({ sizeMiB: 512 });
    for (const [program, ...options] of makes) {
      await execa(program, [...options, volume.device.path]);
    }
    await volume.device.write(0, Buffer.alloc(65_536));
    const { said } = await volume.refused(
      "UNKNOWN_CONTENT",
      /has spare superblocks of several file systems \(\w+ at byte \d+, .*\), but none at its beginning: it was not touched; take a snapshot, and let somebody/,
    );
    expect(said).not.toMatch(/e2fsck|xfs_repair|blkdiscard/);
  });
});
