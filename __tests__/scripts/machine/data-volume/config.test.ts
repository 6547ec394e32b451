import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exitCode } from "./exit-codes";
import { scratchFolder } from "./loop-device";
import { describeWithDisks } from "./requirements";
import { Volume } from "./volume";

/** How each case breaks a valid configuration, and the message about it. */
const wrong: readonly (readonly [string, (right: string) => string, RegExp])[] = [
  [
    "an unknown name",
    (right) => `${right}colour=blue\n`,
    /line 9: expected name=value with one of the names volume-id, .*, got "colour=blue": correct the line$/,
  ],
  ["a line that is no setting", (right) => `${right}volume\n`, /line 9: expected name=value .*, got "volume"/],
  ["a setting twice", (right) => `${right}label=other\n`, /line 9: label is set twice: remove one of the lines$/],
  ["a missing setting", (right) => right.replace(/^owner=.*\n/m, ""), /: owner is missing: set it$/],
  [
    "a bad volume id",
    (right) => right.replace(/^volume-id=.*$/m, "volume-id=vol-xyz"),
    /: volume-id: expected an EBS volume id such as .*, got "vol-xyz"$/,
  ],
  [
    "a volume id that leads elsewhere",
    (right) => right.replace(/^volume-id=.*$/m, "volume-id=vol-/../../sda"),
    /: volume-id: expected an EBS volume id/,
  ],
  [
    "a bad device name",
    (right) => right.replace(/^device-name=.*$/m, "device-name=sdf"),
    /: device-name: expected the device name of the attachment, such as \/dev\/sdf, got "sdf"/,
  ],
  [
    "an unknown file system",
    (right) => right.replace(/^file-system=.*$/m, "file-system=btrfs"),
    /: file-system: expected xfs or ext4, got "btrfs"/,
  ],
  [
    "a relative mount point",
    (right) => right.replace(/^mount-point=.*$/m, "mount-point=data"),
    /: mount-point: expected an absolute path such as \/data .*, got "data"/,
  ],
  [
    "the root as mount point",
    (right) => right.replace(/^mount-point=.*$/m, "mount-point=/"),
    /: mount-point: expected .*, got "\/"/,
  ],
  [
    "a mount point with ..",
    (right) => right.replace(/^mount-point=.*$/m, "mount-point=/data/../etc"),
    /: mount-point: expected .*, got "\/data\/\.\.\/etc"/,
  ],
  [
    "a mount point of 4,200 characters",
    (right) => right.replace(/^mount-point=.*$/m, `mount-point=${"/ab".repeat(1400)}`),
    /: mount-point: expected at most 1000 characters, got 4200: choose a shorter one$/,
  ],
  [
    "a byte that is zero",
    (right) => right.replace("owner=", "owner=\0"),
    /: expected text, got a byte that is zero in it: run install-data-volume, which writes it again$/,
  ],
  [
    "neither yes nor no for may-format",
    (right) => right.replace(/^may-format=.*$/m, "may-format=maybe"),
    /: may-format: expected yes or no, got "maybe"$/,
  ],
  [
    "a label that ext4 cannot hold",
    (right) => right.replace(/^label=.*$/m, "label=seventeen-letters"),
    /: label: expected at most 16 of .* for ext4, got "seventeen-letters"$/,
  ],
  [
    "a label that xfs cannot hold",
    (right) => right.replace(/^label=.*$/m, "label=workbench-data").replace("=ext4", "=xfs"),
    /: label: expected at most 12 of .* for xfs, got "workbench-data"$/,
  ],
  [
    "an owner that does not exist",
    (right) => right.replace(/^owner=.*$/m, "owner=no-such-user"),
    /: owner: no user "no-such-user" on this machine: name one that exists$/,
  ],
  [
    "a wait that is no number",
    (right) => right.replace(/^wait-sec=.*$/m, "wait-sec=$(id)"),
    /: wait-sec: expected whole seconds from 1 to 9999, got "\$\(id\)"$/,
  ],
];

describeWithDisks("a configuration", () => {
  it.each(wrong)("with %s: mount and unmount refuse it and change nothing", async (_, change, sentence) => {
    const volume = await Volume.attach();
    writeFileSync(volume.config, change(readFileSync(volume.config, "utf8")));
    for (const run of [() => volume.mount(), () => volume.unmount()]) {
      const { code, said } = await run();
      expect(said).toMatch(sentence);
      expect(said.split("\n")).toHaveLength(1);
      expect(code).toBe(exitCode("USAGE"));
    }
    expect(await volume.device.kind()).toBe("");
  });

  it("is read, never executed", async () => {
    const folder = scratchFolder();
    const volume = await Volume.attach({ mountPoint: join(folder, "$(touch proof); `touch proof`") });
    writeFileSync(volume.config, `# a comment\n\n${readFileSync(volume.config, "utf8")}`);
    await volume.mounted();
    await volume.unmounted();
    expect(existsSync("/proof") || existsSync(join(folder, "proof"))).toBe(false);
  });

  it("that is missing: the message names the file", async () => {
    const volume = await Volume.attach();
    const { code, said } = await volume.machine.run(volume.mountCommand[0], ["/no/such/file"]);
    expect(said).toBe(
      "mount-data-volume: no configuration at /no/such/file: run install-data-volume first, " +
        "or name the file as the only argument",
    );
    expect(code).toBe(exitCode("USAGE"));
  });
});
