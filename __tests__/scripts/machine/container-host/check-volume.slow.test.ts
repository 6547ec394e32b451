import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { exitCode } from "../data-volume/exit-codes";
import { scratchFolder } from "../data-volume/loop-device";
import { describeWithDisks } from "../data-volume/requirements";
import { Volume } from "../data-volume/volume";

const machineScripts = path.join(import.meta.dirname, "../../../../scripts/machine");

/** The program and its library as they are installed. */
function installed(): string {
  const folder = scratchFolder();
  mkdirSync(path.join(folder, "container-host"));
  cpSync(path.join(machineScripts, "data-volume/lib"), path.join(folder, "lib"), { recursive: true });
  const program = path.join(folder, "container-host/check-volume");
  cpSync(path.join(machineScripts, "container-host/check-volume"), program);
  return program;
}

const check = (volume: Volume, program = installed()) => volume.machine.run("bash", [program, volume.config]);

/** Expects one sentence and a code. */
async function expectRefused(volume: Volume, code: string, sentence: RegExp): Promise<void> {
  const ended = await check(volume);
  expect(ended, ended.said).toMatchObject({ code: exitCode(code) });
  expect(ended.said).toMatch(sentence);
  expect(ended.said.split("\n")).toHaveLength(1);
}

describeWithDisks("check-volume", () => {
  it("lets Docker start on the mounted volume, installed or in the bundle", async () => {
    const volume = await Volume.attach();
    await volume.mounted();
    for (const program of [installed(), path.join(machineScripts, "container-host/check-volume")]) {
      expect(await check(volume, program)).toMatchObject({ code: 0, said: "" });
    }
  });

  it("fails while the volume is not attached", async () => {
    const volume = await Volume.attach({ plugged: false });
    await expectRefused(volume, "NO_DEVICE", /^check-volume: the volume vol-\w+ is not attached, expected it at /);
  });

  it("fails while it is not mounted", async () => {
    const volume = await Volume.attach();
    await expectRefused(volume, "MOUNT_POINT", /^check-volume: the volume vol-\w+ is not mounted, expected it at /);
  });

  it("fails for another volume in its place", async () => {
    const foreign = await Volume.attach();
    await foreign.mounted();
    const volume = await Volume.attach({ machine: foreign.machine, mountPoint: foreign.mountPoint });
    await expectRefused(volume, "MOUNT_POINT", /^check-volume: the volume vol-\w+ is not mounted, expected it at /);
  });

  it("fails while it is mounted elsewhere", async () => {
    const volume = await Volume.attach();
    const elsewhere = scratchFolder();
    await volume.mounted();
    await volume.machine.must("mount", "--move", volume.mountPoint, elsewhere);
    await expectRefused(
      volume,
      "MOUNTED_ELSEWHERE",
      new RegExp(`is mounted at ${elsewhere}, expected the whole of it`),
    );
  });

  it.each(["nothing", "a link"])("fails with %s in the place of the mark", async (place) => {
    const volume = await Volume.attach();
    await volume.mounted();
    const mark = path.join(volume.mountPoint, ".workbench-volume");
    await volume.machine.must("rm", "-f", mark);
    if (place === "a link") await volume.machine.must("ln", "-s", "/etc/hostname", mark);
    await expectRefused(volume, "MOUNT_POINT", /has no file \.workbench-volume, expected it in the root of the volume/);
  });
});
