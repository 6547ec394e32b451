import { describe, expect, it } from "vitest";
import { firstBootCommands, mountUnits, planMounts, type WantedMount } from "../../../modules/storage/mount-plan";

const wanted = (name: string | undefined, mountPoint: string): WantedMount => ({
  volume: { id: `vol-${mountPoint.length.toString(16).padStart(8, "0")}`, sizeGiB: 10 },
  name,
  mountPoint: { value: mountPoint, setting: `test.${name ?? "data"}` },
  fileSystem: "ext4",
  owner: "root",
  mayFormat: true,
  waitSec: 120,
});

describe("planMounts", () => {
  it("gives names and device names in the order of the volumes", () => {
    const mounts = planMounts([wanted(undefined, "/data"), wanted("logs", "/logs"), wanted("data", "/data2")]);
    expect(mounts.map(({ name, deviceName }) => [name, deviceName])).toEqual([
      ["data-volume", "/dev/sdf"],
      ["logs", "/dev/sdg"],
      ["data", "/dev/sdh"],
    ]);
  });

  it.each([
    [[wanted("a", "/a"), wanted("a", "/b")], 'volumes: expected a name of its own for each, got "a" twice'],
    [[wanted("A", "/a")], 'volumes: expected names of at most 32 of a-z 0-9 -, a letter first, got "A"'],
    [
      [wanted("a", "/srv"), wanted("b", "/srv/b")],
      "test.b: expected a folder apart from /srv of test.a, got /srv/b; name another one",
    ],
    [
      [wanted("a", "/srv/a"), wanted("b", "/srv")],
      "test.b: expected a folder apart from /srv/a of test.a, got /srv; name another one",
    ],
    [
      [wanted("a", "/srv"), wanted("b", "/srv")],
      "test.b: expected a folder apart from /srv of test.a, got /srv; name another one",
    ],
    [
      Array.from({ length: 12 }, (_, index) => wanted(`v${index}`, `/v${index}`)),
      "volumes: expected at most 11 on one machine, got 12",
    ],
  ])("fails for volumes that do not fit together (%#)", (mounts, message) => {
    expect(() => planMounts(mounts)).toThrow(new Error(message));
  });
});

it("firstBootCommands install each volume from the bundle's folder, and name all but the one without a name", () => {
  expect(firstBootCommands(planMounts([wanted(undefined, "/my data"), wanted("logs", "/logs")]))).toEqual([
    "bash data-volume/install-data-volume --volume-id 'vol-00000008' --device-name '/dev/sdf' --mount-point '/my data' --file-system 'ext4' --may-format 'yes' --label 'workbench' --owner 'root' --wait-sec 120",
    "bash data-volume/install-data-volume --volume-id 'vol-00000005' --device-name '/dev/sdg' --mount-point '/logs' --file-system 'ext4' --may-format 'yes' --label 'workbench' --owner 'root' --wait-sec 120 --name 'logs'",
  ]);
});

describe("mountUnits", () => {
  it("names the units that install-data-volume makes", () => {
    const mounts = planMounts([wanted(undefined, "/data"), wanted("logs", "/logs")]);
    expect(mountUnits(mounts)).toEqual(["workbench-data-volume.service", "workbench-logs.service"]);
  });
});
