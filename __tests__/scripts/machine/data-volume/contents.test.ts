import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { exitCode } from "./exit-codes";
import { LoopDevice, scratchFolder } from "./loop-device";
import { raidSuperblock } from "./raid-superblock";
import { describeWithDisks, missingPrograms } from "./requirements";
import { Volume } from "./volume";

const MiB = 1024 ** 2;

/** What other tools leave on a disk: how the test puts it there, and what the message must call it. */
const foreign: readonly {
  readonly name: string;
  readonly needs?: Readonly<Record<string, string>>;
  readonly put: (device: LoopDevice) => Promise<unknown>;
  readonly called: string;
}[] = [
  { name: "swap", put: ({ path }) => execa("mkswap", [path]), called: "swap" },
  {
    name: "an LVM physical volume",
    needs: { pvcreate: "lvm2" },
    put: ({ path }) => execa("pvcreate", ["--yes", "--config", "devices { use_devicesfile=0 }", path]),
    called: "LVM2_member",
  },
  { name: "a RAID member", put: (device) => device.write(4096, raidSuperblock()), called: "linux_raid_member" },
  ...(["luks1", "luks2"] as const).map((type) => ({
    name: type,
    needs: { cryptsetup: "cryptsetup-bin" },
    put: ({ path }: LoopDevice) =>
      execa(
        "cryptsetup",
        [
          "-q",
          "luksFormat",
          "--type",
          type,
          ...(type === "luks2" ? ["--pbkdf", "pbkdf2"] : []),
          "--pbkdf-force-iterations",
          "1000",
          path,
          "-",
        ],
        { input: "password" },
      ),
    called: "crypto_LUKS",
  })),
  {
    name: "GPT",
    needs: { sgdisk: "gdisk" },
    put: ({ path }) => execa("sgdisk", ["--new=1:0:0", path]),
    called: "PMBR and gpt",
  },
  {
    name: "GPT whose first copy is gone",
    needs: { sgdisk: "gdisk" },
    put: async (device) => {
      await execa("sgdisk", ["--new=1:0:0", device.path]);
      await device.write(0, Buffer.alloc(MiB));
    },
    called: "gpt",
  },
  { name: "ext2", put: ({ path }) => execa("mkfs.ext2", ["-q", path]), called: "ext2" },
  {
    name: "an external journal of ext4",
    put: ({ path }) => execa("mke2fs", ["-q", "-O", "journal_dev", path]),
    called: "jbd",
  },
  {
    name: "ext4 and the second copy of a GPT at once",
    needs: { sgdisk: "gdisk" },
    put: async (device) => {
      const other = await LoopDevice.create();
      await execa("sgdisk", ["--new=1:0:0", other.path]);
      await execa("mkfs.ext4", ["-q", device.path]);
      await device.write(64 * MiB - 33 * 512, await other.read(64 * MiB - 33 * 512, 33 * 512));
    },
    called: "ext4 and gpt",
  },
];

describeWithDisks("mount-data-volume finds", () => {
  for (const { name, needs, put, called } of foreign) {
    const missing = needs && missingPrograms(needs);
    it.skipIf(missing !== undefined)(
      `${name}, and fails without touching it${missing ? ` (${missing})` : ""}`,
      async () => {
        const volume = await Volume.attach();
        await put(volume.device);
        await volume.refused(
          "FOREIGN_CONTENT",
          new RegExp(` carries ${called}, expected a blank disk or one whole ext4 or xfs: it was not touched`),
        );
      },
    );
  }

  it.each([
    ["a signature that nobody knows", 0, Buffer.from("MYDATABASE 1.0")],
    ["one byte in the middle", 31 * MiB + 5, Buffer.from([1])],
    ["one byte at the very end", 64 * MiB - 1, Buffer.from([1])],
    ["random data all over", 0, randomBytes(64 * MiB)],
  ])("%s on a volume without signature, and fails without touching it", async (_, offset, bytes) => {
    const volume = await Volume.attach();
    await volume.device.write(offset, bytes);
    expect(await volume.device.kind()).toBe("");
    await volume.refused(
      "UNKNOWN_CONTENT",
      /has no signature and is not blank \(the first byte that is not zero is about \d+\): it was not touched; take a snapshot, .*or wipe it, if nobody needs what is on it, with/,
    );
  });

  it.each([
    ["zeroed", Buffer.alloc(1024)],
    ["overwritten", randomBytes(1024)],
  ])("an ext4 whose superblock is %s, fails, and it can be repaired from a copy", async (_, bytes) => {
    const volume = await Volume.attach({ sizeMiB: 256 });
    await execa("mkfs.ext4", ["-q", "-b", "4096", volume.device.path]);
    await volume.device.write(1024, bytes);
    const { said } = await volume.refused(
      "UNKNOWN_CONTENT",
      /has a spare superblock of ext4 at byte 134217728, but none at its beginning: it was not touched; take a snapshot, then try "e2fsck -b 32768 -B 4096 .*" on a volume that you made from it/,
    );
    expect(said).not.toContain("wipe");
    const repair = await volume.machine.run("e2fsck", ["-y", "-b", "32768", "-B", "4096", volume.device.path]);
    expect(repair.code & 4).toBe(0);
    await volume.mounted();
  });

  it.each([
    ["whose magic is gone", 0, Buffer.from("XXXX")],
    ["whose superblock is zeroed", 0, Buffer.alloc(512)],
    ["whose first 16 MiB are zeroed", 0, Buffer.alloc(16 * MiB)],
  ])("an xfs %s, and fails without touching it", async (_, offset, bytes) => {
    const volume = await Volume.attach({ fileSystem: "xfs" });
    await execa("mkfs.xfs", ["-q", volume.device.path]);
    await volume.device.write(offset, bytes);
    await volume.refused(
      "UNKNOWN_CONTENT",
      /has a spare superblock of xfs at byte \d+, .* then try "xfs_repair .*" on a volume/,
    );
  });

  const noBtrfs = missingPrograms({ "mkfs.btrfs": "btrfs-progs" });
  it.skipIf(noBtrfs !== undefined)(
    `a btrfs whose superblock is zeroed, and fails${noBtrfs ? ` (${noBtrfs})` : ""}`,
    async () => {
      const volume = await Volume.attach({ sizeMiB: 256 });
      await execa("mkfs.btrfs", ["-q", volume.device.path]);
      await volume.device.write(64 * 1024, Buffer.alloc(4096));
      await volume.refused(
        "UNKNOWN_CONTENT",
        /of btrfs at byte 67108864, .* then try "btrfs rescue super-recover .*" on a volume/,
      );
    },
  );

  it("that a large blank volume is blank, and formats it", async () => {
    const volume = await Volume.attach({ sizeMiB: 6 * 1024 });
    await volume.mounted();
  });

  it("an ext4 with damage that only a person can repair, and fails without touching a file", async () => {
    const volume = await Volume.attach();
    const folder = scratchFolder();
    const bytes = randomBytes(3_000_001);
    writeFileSync(join(folder, "file"), bytes);
    await execa("mkfs.ext4", ["-q", "-d", folder, volume.device.path]);
    await execa("debugfs", ["-w", "-R", "clri <2>", volume.device.path]);
    await execa("debugfs", ["-w", "-R", "set_super_value state 2", volume.device.path]);
    const { code, said } = await volume.mount();
    expect(said).toMatch(
      /has damage that only a person can repair \(e2fsck: .*\): it was not mounted; take a snapshot/,
    );
    expect(code).toBe(exitCode("DAMAGED"));
    expect(await volume.seen("TARGET")).toBe("");
    await volume.device.expectFree();
    // The file's name went with the root folder. Its inode is the first free one of a new ext4.
    const { stdout } = await execa("debugfs", ["-R", "cat <12>", volume.device.path], { encoding: "buffer" });
    expect(Buffer.compare(Buffer.from(stdout), bytes)).toBe(0);
    await execa("e2fsck", ["-y", volume.device.path], { reject: false });
    await volume.mounted();
    expect(Buffer.compare(readFileSync(volume.path("lost+found/#12")), bytes)).toBe(0);
  });

  it("an xfs that the kernel refuses, and fails; it can be repaired", async () => {
    const volume = await Volume.attach({ fileSystem: "xfs" });
    await execa("mkfs.xfs", ["-q", volume.device.path]);
    const { stdout } = await execa("xfs_db", [
      "-r",
      "-c",
      "sb 0",
      "-c",
      "addr rootino",
      "-c",
      "daddr",
      volume.device.path,
    ]);
    const sector = Number(/(\d+)/.exec(stdout)?.[1]);
    await volume.device.write(sector * 512, Buffer.alloc(16384, 0xff));
    const { code, said } = await volume.mount();
    expect(said).toMatch(
      /the xfs on .* could not be mounted at .*: look into the kernel's log, take a snapshot, then repair it by hand/,
    );
    expect(code).toBe(exitCode("DAMAGED"));
    await execa("xfs_repair", ["-L", volume.device.path]);
    await volume.mounted();
  });
});
