import { randomBytes } from "node:crypto";
import { statfsSync } from "node:fs";
import { execa } from "execa";
import { expect, it } from "vitest";
import { exitCode } from "./exit-codes";
import { describeWithDisks, mayGrowMountedExt4, missingPrograms } from "./requirements";
import { shim } from "./shim";
import { Volume } from "./volume";
import { sums, writeFiles } from "./written-files";

describeWithDisks("a volume that grew", () => {
  for (const fileSystem of ["ext4", "xfs"] as const) {
    it(`has its ${fileSystem} grown when it is mounted, and every byte is there`, async () => {
      const volume = await Volume.attach({ fileSystem, sizeMiB: 320 });
      await volume.mounted();
      const before = await writeFiles(volume);
      await volume.unmounted();
      await volume.device.grow(640);
      expect((await volume.mounted()).said).toContain("grown to the size of the disk");
      expect(mebibytes(volume)).toBeGreaterThan(550);
      expect(await sums(volume)).toBe(before);
      expect((await volume.mounted()).said).not.toContain("grown");
    });
  }

  it("has its xfs grown while it is mounted, by running again", async () => {
    await growsWhileMounted("xfs");
  });

  const may = mayGrowMountedExt4();
  it.skipIf(!may)(
    `has its ext4 grown while it is mounted, by running again${may ? "" : " (needs CAP_SYS_RESOURCE)"}`,
    async () => {
      await growsWhileMounted("ext4");
    },
  );

  it("fails, still mounted, when a mounted ext4 may not be grown, and is grown at the next mount", async () => {
    const volume = await Volume.attach({ sizeMiB: 64 });
    await volume.mounted();
    const before = await writeFiles(volume);
    await volume.device.grow(128);
    const { code, said } = await volume.machine.run("setpriv", [
      "--bounding-set",
      "-sys_resource",
      ...volume.mountCommand,
    ]);
    expect(said).toMatch(
      /is mounted at .*, but its ext4 could not be grown to the size of the disk \(resize2fs: .*\): everything on it can be used; unmount it/,
    );
    expect(code).toBe(exitCode("GROW"));
    expect(await sums(volume)).toBe(before);
    await volume.unmounted();
    await volume.mounted();
    expect(mebibytes(volume)).toBeGreaterThan(100);
    expect(await sums(volume)).toBe(before);
  });
});

describeWithDisks("an xfs whose growth was cut off", () => {
  it("has its spare superblocks written, which xfs_repair would believe", async () => {
    const volume = await Volume.attach({ fileSystem: "xfs" });
    await volume.mounted();
    await volume.unmounted();
    const spare = async (...commands: string[]) => {
      const options = ["sb 2", ...commands].flatMap((command) => ["-c", command]);
      return (await execa("xfs_db", ["-x", ...options, volume.device.path])).stdout;
    };
    const whole = await spare("print dblocks");
    await spare("write -d dblocks 70000");
    const repair = () => execa("xfs_repair", ["-n", volume.device.path], { reject: false });
    expect((await repair()).exitCode).toBe(1);
    await volume.mounted();
    await volume.unmounted();
    expect(await spare("print dblocks")).toBe(whole);
    expect((await repair()).exitCode).toBe(0);
  });
});

describeWithDisks("what lies behind a file system", () => {
  it.each([
    ["ext4", "mkfs.ext4", ["-q"], ["320M"]],
    ["xfs", "mkfs.xfs", ["-q", "-d", "size=320m"], []],
  ] as const)("stays: the %s is mounted, and not grown over it", async (fileSystem, program, options, size) => {
    const volume = await Volume.attach({ fileSystem, sizeMiB: 1024 });
    await execa(program, [...options, volume.device.path, ...size]);
    const bytes = randomBytes(5000);
    await volume.device.write(900 * 2 ** 20 + 12_345, bytes);
    const { said } = await volume.mounted();
    expect(said).toContain("not grown to the size of the disk, since what lies behind it is not blank");
    expect(mebibytes(volume)).toBeLessThan(330);
    expect(Buffer.compare(await volume.device.read(900 * 2 ** 20 + 12_345, 5000), bytes)).toBe(0);
    await volume.unmounted();
    await volume.mounted();
    expect(Buffer.compare(await volume.device.read(900 * 2 ** 20 + 12_345, 5000), bytes)).toBe(0);
  });
});

const missing = missingPrograms({ veritysetup: "cryptsetup-bin" });
describeWithDisks("a hash tree of dm-verity behind a file system", () => {
  it.skipIf(missing !== undefined)(`stays whole${missing ? ` (${missing})` : ""}`, async () => {
    const volume = await Volume.attach({ sizeMiB: 512 });
    await execa("mkfs.ext4", ["-q", volume.device.path, "320M"]);
    const blocks = String((320 * 2 ** 20) / 4096);
    const area = ["--data-blocks", blocks, "--hash-offset", String(400 * 2 ** 20)];
    const { path } = volume.device;
    const { stdout } = await execa("veritysetup", ["format", ...area, path, path]);
    const root = /Root hash:\s*(\w+)/.exec(stdout)?.[1] as string;
    const before = await volume.device.read(400 * 2 ** 20, 4 * 2 ** 20);
    await execa("veritysetup", ["verify", ...area, path, path, root]);
    expect((await volume.mounted()).said).toContain("since what lies behind it is not blank");
    expect(Buffer.compare(await volume.device.read(400 * 2 ** 20, 4 * 2 ** 20), before)).toBe(0);
  });
});

describeWithDisks("an ext4 on a disk that is a little larger", () => {
  // Some sandboxes lack the capability, even for root. There, a mounted ext4 cannot grow.
  it.each([401, 416, 417, 450])(
    "of 400 MiB on %i MiB is mounted without CAP_SYS_RESOURCE, again and again",
    async (size) => {
      const volume = await Volume.attach({ sizeMiB: 400 });
      await execa("mkfs.ext4", ["-q", "-b", "4096", volume.device.path]);
      await volume.device.grow(size);
      for (let run = 1; run <= 2; run++) {
        const { code, said } = await volume.machine.run("setpriv", [
          "--bounding-set",
          "-sys_resource",
          ...volume.mountCommand,
        ]);
        expect(code, said).toBe(0);
      }
      await volume.unmounted();
    },
  );
});

describeWithDisks("an ext4 that resize2fs does not grow", () => {
  it("is mounted all the same, and the message has its reason", async () => {
    const volume = await Volume.attach({ sizeMiB: 400 });
    await execa("mkfs.ext4", ["-q", "-O", "bigalloc", volume.device.path]);
    await volume.device.grow(800);
    const { code, said } = await volume.machine.run("setpriv", [
      "--bounding-set",
      "-sys_resource",
      ...volume.mountCommand,
    ]);
    expect(said).toMatch(
      /is mounted at .* could not be grown to the size of the disk \(.*\): everything on it can be used/,
    );
    expect(said).not.toContain("force");
    expect(code).toBe(exitCode("GROW"));
    await volume.unmounted();
  });
});

describeWithDisks("a volume that did not grow", () => {
  it.each(["ext4", "xfs"] as const)("is mounted although the tool that grows its %s would fail", async (fileSystem) => {
    const volume = await Volume.attach({ fileSystem });
    await volume.mounted();
    const env = shim(fileSystem === "ext4" ? "resize2fs" : "xfs_growfs", "exit 1");
    await volume.mounted({ env });
    await volume.device.grow(640);
    expect(await volume.mount({ env })).toMatchObject({ code: exitCode("GROW") });
  });
});

async function growsWhileMounted(fileSystem: "ext4" | "xfs"): Promise<void> {
  const volume = await Volume.attach({ fileSystem, sizeMiB: 320 });
  await volume.mounted();
  const before = await writeFiles(volume);
  await volume.device.grow(640);
  expect((await volume.mounted()).said).toContain("grown to the size of the disk");
  expect(mebibytes(volume)).toBeGreaterThan(550);
  expect(await sums(volume)).toBe(before);
}

/** The size of the mounted file system. */
function mebibytes(volume: Volume): number {
  const { blocks, bsize } = statfsSync(volume.path());
  return (blocks * bsize) / 1024 ** 2;
}
