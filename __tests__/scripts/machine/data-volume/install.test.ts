import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exitCode, scripts } from "./exit-codes";
import { scratchFolder } from "./loop-device";
import type { Ended } from "./machine";
import { describeWithDisks } from "./requirements";
import { asArguments, type DataVolumeSettings, dataVolumeSettings } from "./settings";
import { Volume } from "./volume";

const programs = "/usr/local/lib/workbench";
const config = "/etc/workbench/data-volume.conf";
const unit = "/etc/systemd/system/workbench-data-volume.service";

describeWithDisks("install-data-volume", () => {
  it("installs scripts, configuration and unit, and mounts; again: no change", async () => {
    const volume = await machineToInstallOn();
    const { code, said } = await install(volume);
    expect(said).toMatch(/^mount-data-volume: vol-\w+ is mounted at .* new file system made\)$/);
    expect(code).toBe(exitCode("DONE"));
    const on = (path: string) => volume.machine.path(path);
    expect(statSync(on(`${programs}/mount-data-volume`))).toMatchObject({ mode: 0o100755, uid: 0 });
    expect(statSync(on(`${programs}/lib/config.bash`)).mode).toBe(0o100644);
    expect(readFileSync(on(unit), "utf8")).toContain(`RequiresMountsFor="${volume.mountPoint}"`);
    expect(readFileSync(on(config), "utf8")).toContain(`volume-id=${volume.device.volumeId}\n`);
    expect(readdirSync(on(programs)).sort()).toEqual(["README.md", "lib", "mount-data-volume", "unmount-data-volume"]);

    const mounts = await volume.mountLines();
    expect(await install(volume)).toMatchObject({ code: 0 });
    expect(await volume.mountLines()).toEqual(mounts);
    expect(await volume.machine.must(`${programs}/unmount-data-volume`)).toBe("");
    expect(await volume.seen("TARGET")).toBe("");
    expect(await volume.machine.must(`${programs}/mount-data-volume`)).toBe("");
  });

  it("applies changed scripts and settings without unmounting", async () => {
    const volume = await machineToInstallOn();
    await install(volume);
    const mounts = await volume.mountLines();
    const changed = scratchFolder();
    cpSync(scripts, changed, { recursive: true });
    writeFileSync(
      join(changed, "mount-data-volume"),
      `${readFileSync(join(changed, "mount-data-volume"), "utf8")}# newer\n`,
    );
    expect(await install(volume, { "wait-sec": "33" }, changed)).toMatchObject({ code: 0 });
    expect(readFileSync(volume.machine.path(`${programs}/mount-data-volume`), "utf8")).toMatch(/# newer\n$/);
    expect(readFileSync(volume.machine.path(config), "utf8")).toContain("wait-sec=33\n");
    expect(await volume.mountLines()).toEqual(mounts);
  });

  it("gives a second volume a configuration and a unit of its own name, and keeps those of the first", async () => {
    const first = await machineToInstallOn();
    await install(first);
    const second = await Volume.attach({ machine: first.machine, deviceName: "/dev/sdg" });
    expect(await install(second, { name: "logs", "device-name": "/dev/sdg" })).toMatchObject({ code: 0 });
    const read = (path: string) => readFileSync(first.machine.path(path), "utf8");
    expect(read(config)).toContain(`volume-id=${first.device.volumeId}\n`);
    expect(read("/etc/workbench/logs.conf")).toContain(`volume-id=${second.device.volumeId}\n`);
    expect(read("/etc/systemd/system/workbench-logs.service")).toMatch(/^ExecStart=\S+ \/etc\/workbench\/logs\.conf$/m);

    await first.machine.must(`${programs}/unmount-data-volume`, "/etc/workbench/logs.conf");
    expect([await first.seen("FSROOT"), await second.seen("FSROOT")]).toEqual(["/", ""]);
    await first.machine.must(`${programs}/mount-data-volume`, "/etc/workbench/logs.conf");
    await first.machine.must(`${programs}/unmount-data-volume`);
    expect([await first.seen("FSROOT"), await second.seen("FSROOT")]).toEqual(["", "/"]);
    await first.machine.must(`${programs}/unmount-data-volume`, "/etc/workbench/logs.conf");
  });

  it("fails for a name whose unit is a service of something else, which stays as it is", async () => {
    const volume = await machineToInstallOn();
    const taken = volume.machine.path("/etc/systemd/system/workbench-jupyter.service");
    writeFileSync(taken, "[Service]\n");
    const { code, said } = await install(volume, { name: "jupyter" });
    expect(said).toBe(
      'install-data-volume: arguments: name: expected one whose unit is not taken, got "jupyter", but /etc/systemd/system/workbench-jupyter.service is another service: choose another name',
    );
    expect(code).toBe(exitCode("USAGE"));
    expect(readFileSync(taken, "utf8")).toBe("[Service]\n");
  });

  it("ends with mount's code and sentence when mount fails, and the next install heals", async () => {
    const volume = await machineToInstallOn();
    volume.device.unplug();
    const { code, said } = await install(volume, { "wait-sec": "1" });
    expect(said).toMatch(/^mount-data-volume: the volume vol-\w+ did not appear within 1 seconds/);
    expect(code).toBe(exitCode("NO_DEVICE"));
    volume.device.plug();
    expect(await install(volume)).toMatchObject({ code: 0 });
  });

  it("fails while the volume is mounted at another place, and leaves what is installed as it is", async () => {
    const volume = await machineToInstallOn();
    await install(volume);
    const installed = () => [config, unit].map((path) => readFileSync(volume.machine.path(path), "utf8"));
    const before = installed();
    const { code, said } = await install(volume, { "mount-point": join(scratchFolder(), "new") });
    expect(said).toMatch(
      /^install-data-volume: vol-\w+ \(.*\) is mounted at .*\/data, expected the whole of it at .*\/new: unmount it there, then run again$/,
    );
    expect(code).toBe(exitCode("MOUNTED_ELSEWHERE"));
    expect(installed()).toEqual(before);
    await volume.machine.must(`${programs}/unmount-data-volume`);
    expect(await volume.seen("TARGET")).toBe("");
  });

  it.each([
    [{ label: "seventeen-letters" }, /^install-data-volume: arguments: label: expected at most 16/],
    [{ "mount-point": "relative" }, /mount-point: expected an absolute path/],
    [{ owner: "no-such-user" }, /no user "no-such-user" on this machine/],
    [{ name: "../data" }, /^install-data-volume: arguments: name: expected at most 32 of a-z 0-9 -/],
    [{ colour: "blue" }, /expected pairs of --name value with the names volume-id, .*, got "--colour blue"/],
  ])("fails for %o, and installs nothing", async (change, sentence) => {
    const volume = await machineToInstallOn();
    const { code, said } = await install(volume, change);
    expect(said).toMatch(sentence);
    expect(code).toBe(exitCode("USAGE"));
    for (const path of [programs, config, unit]) expect(existsSync(volume.machine.path(path)), path).toBe(false);
  });
});

/** A volume on a machine with its own copies of /etc and /usr/local/lib, which are gone when the test ends. */
async function machineToInstallOn(): Promise<Volume> {
  const volume = await Volume.attach();
  const layers = scratchFolder();
  for (const folder of ["/etc", "/usr/local/lib"]) {
    const [upper, work] = ["upper", "work"].map((name) => join(layers, folder.replaceAll("/", "-"), name));
    await volume.machine.must("mkdir", "-p", upper as string, work as string);
    await volume.machine.must(
      "mount",
      "-t",
      "overlay",
      "-o",
      `lowerdir=${folder},upperdir=${upper},workdir=${work}`,
      "layer",
      folder,
    );
  }
  return volume;
}

/** Installs as Terraform's provisioners do: by bash, from files that may not be executable. */
function install(volume: Volume, change: DataVolumeSettings = {}, from = scripts): Promise<Ended> {
  const args = asArguments(dataVolumeSettings(volume.device.volumeId, volume.mountPoint, change));
  return volume.machine.run("bash", [join(from, "install-data-volume"), ...args]);
}
