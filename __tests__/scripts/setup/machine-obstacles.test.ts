import { describe, expect, test } from "vitest";
import { machineObstacles } from "../../../scripts/setup/machine-obstacles";

describe("machines", () => {
  const mounts = "35 24 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw";
  const host = { os: "linux", userId: 0, environment: {}, mounts } as const;

  test("run on Linux as root", () => {
    expect(machineObstacles(host)).toEqual([]);
  });

  test.each([
    ["Linux is missing", { ...host, os: "darwin" as const }, "machines need Linux, and this is darwin"],
    ["root is missing", { ...host, userId: 1000 }, "machines need root, and this is user id 1000"],
    [
      "a variable forbids them",
      { ...host, environment: { LOCAL_AWS_MACHINES: "false" } },
      "LOCAL_AWS_MACHINES=false asks for none",
    ],
    [
      "there are no control groups of version 2",
      { ...host, mounts: "35 24 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory" },
      "machines need control groups of version 2, and none are mounted: mount -t cgroup2 cgroup2 <an empty folder>",
    ],
  ])("are left out with the reason when %s", (_name, where, reason) => {
    expect(machineObstacles(where)).toEqual([reason]);
  });
});
