import { statfsSync } from "node:fs";
import { expect, it } from "vitest";
import { exitCode } from "./exit-codes";
import { describeWithDisks, mayGrowMountedExt4 } from "./requirements";
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
