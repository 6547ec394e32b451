import { truncateSync } from "node:fs";
import { execa } from "execa";
import { expect, it } from "vitest";
import { exitCode } from "./exit-codes";
import { describeWithDisks, missingPrograms } from "./requirements";
import { shim } from "./shim";
import { Volume } from "./volume";

/** A disk whose file is shorter than the disk: the kernel reads the rest with an input/output error. */
function makeUnreadable(volume: Volume, from: number): void {
  truncateSync(volume.device.file, from);
}

describeWithDisks("a disk that cannot be read", () => {
  it.each([
    ["one place of a blank disk", 40_000_000, undefined],
    ["the whole disk", 0, undefined],
    ["one place of an unknown disk", 40_000_000, Buffer.from("MYDATABASE 1.0")],
  ])("is refused, saying where, and never told to be wiped: %s", async (_, from, bytes) => {
    const volume = await Volume.attach();
    if (bytes) await volume.device.write(41_000_000, bytes);
    makeUnreadable(volume, from);
    const { code, said } = await volume.mount();
    expect(said).toMatch(
      /cannot be read \(Input\/output error about byte \d+\): it was not touched; look at its state in EC2, and restore a snapshot/,
    );
    // The kernel reads up to 128 KiB at once.
    const at = Number(/about byte (\d+)/.exec(said)?.[1]);
    expect(Math.abs(at - from)).toBeLessThanOrEqual(2 * 131_072);
    expect(said.split("\n")).toHaveLength(1);
    expect(said).not.toContain("blkdiscard");
    expect(code).toBe(exitCode("UNKNOWN_CONTENT"));
  });

  it.each(["ext4", "xfs"] as const)("behind an %s that is intact: nobody is told to repair that", async (kind) => {
    const volume = await Volume.attach({ sizeMiB: 1024 });
    if (kind === "ext4") await execa("mkfs.ext4", ["-q", volume.device.path, "512M"]);
    else await execa("mkfs.xfs", ["-q", "-d", "size=512m", volume.device.path]);
    makeUnreadable(volume, 768 * 2 ** 20);
    const { code, said } = await volume.mount();
    expect(said).toMatch(/cannot be read \(Input\/output error about byte 80\d{7}\): it was not touched/);
    expect(code).toBe(exitCode("UNKNOWN_CONTENT"));
  });

  it("behind a file system that is mounted: it stays as large as it is", async () => {
    const volume = await Volume.attach({ fileSystem: "xfs" });
    await volume.mounted();
    await volume.device.grow(640);
    makeUnreadable(volume, 500 * 2 ** 20);
    const { said } = await volume.mounted();
    expect(said).toContain("since what lies behind it cannot be read (Input/output error about byte");
    expect(said.match(/not grown/g)).toHaveLength(1);
  });

  it("is refused when it vanishes while it is read", async () => {
    const volume = await Volume.attach();
    const env = shim(
      "python3",
      `case "$*" in *look_at_disk*) truncate --size=0 '${volume.device.file}' ;; esac; exec /usr/bin/python3 "$@"`,
    );
    const { code, said } = await volume.mount({ env });
    expect(said).toMatch(/cannot be read \(Input\/output error about byte \d+\)/);
    expect(code).toBe(exitCode("UNKNOWN_CONTENT"));
  });

  const missing = missingPrograms({ strace: "strace" });
  it.skipIf(missing !== undefined)(
    `while its file system is made, or written: the next run goes on${missing ? ` (${missing})` : ""}`,
    async () => {
      const volume = await Volume.attach();
      const failing = (call: string) =>
        shim(
          "python3",
          `case "$*" in *format_disk*) exec strace -o /dev/null -e trace=${call} -e inject=${call}:error=EIO:when=3 /usr/bin/python3 "$@" ;; esac; exec /usr/bin/python3 "$@"`,
        );
      for (const call of ["pwrite64", "pread64"]) {
        const { code, said } = await volume.mount({ env: failing(call) });
        expect(said).toMatch(
          call === "pwrite64"
            ? /could not be written while its file system was made \(Input\/output error about byte \d+\): .* then run again/
            : /cannot be read \(Input\/output error about byte \d+\)/,
        );
        expect(said.split("\n")).toHaveLength(1);
        expect(code).toBe(exitCode(call === "pwrite64" ? "FORMAT" : "UNKNOWN_CONTENT"));
      }
      expect((await volume.mounted()).said).toContain("after an earlier formatting was cut off");
      await volume.unmounted();
      await execa("e2fsck", ["-f", "-n", volume.device.path]);
    },
  );
});
