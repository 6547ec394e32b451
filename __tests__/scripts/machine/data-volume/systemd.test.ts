import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { BootedMachine, whyNoMachines } from "./booted-machine";
import { exitCode } from "./exit-codes";
import { LoopDevice } from "./loop-device";
import { sleep } from "./machine";
import { describeWithDisks, whyNoDisks } from "./requirements";
import { asArguments, type DataVolumeSettings, dataVolumeSettings } from "./settings";

const mountPoint = "/my data";
const log = `${mountPoint}/log`;
const unit = "workbench-data-volume.service";
const lateUnit = "workbench-late-volume@data-volume.service";
const unmount = "/usr/local/lib/workbench/unmount-data-volume";
const reason = whyNoDisks() === undefined ? whyNoMachines() : undefined;

describeWithDisks("on a machine that boots", () => {
  describe.skipIf(reason !== undefined)(`its systemd${reason ? ` (${reason})` : ""}`, () => {
    it("mounts at boot and unmounts at shutdown; services on it start after the mount, stop before the unmount", async () => {
      const { machine, device, install } = await machineWithVolume();
      expect(await install()).toMatchObject({ code: 0 });
      await machine.addService("lives-there.service", livesThere);
      expect(await machine.must("systemctl", "show", "--property=After", "--value", unit)).toMatch(
        /my\\+x20data\.mount/,
      );

      await machine.shutDown("reboot");
      await expectCleanlyUnmounted(device);
      await machine.bootAgain();
      await machine.untilActive(unit, "lives-there.service");
      expect(await machine.must("cat", log)).toBe("started\nstopped\nstarted");

      // A login session that ignores SIGTERM does not delay the shutdown for long.
      await machine.must(
        "systemd-run",
        "--quiet",
        "--slice=user.slice",
        "bash",
        "-c",
        'cd "$0"; trap "" TERM; exec 5>open; while :; do sleep 1; done',
        mountPoint,
      );
      await machine.shutDown("poweroff");
      await expectCleanlyUnmounted(device);
    });

    it("stops the services that use the volume, and starts those that live on it at the next mount", async () => {
      const { machine, device, install } = await machineWithVolume();
      await install();
      await machine.addService("lives-there.service", livesThere);
      // This unit does not name the volume, and systemd restarts it when it is killed: it must be stopped as a service.
      await machine.addService(
        "uses-it.service",
        "[Service]\nExecStart=sleep infinity\nWorkingDirectory=/my data\nRestart=always\nRestartSec=0\n[Install]\nWantedBy=multi-user.target\n",
      );
      // People log in through this one, so it is never stopped: only its process that uses the volume gets a signal.
      await machine.addService(
        "amazon-ssm-agent.service",
        "[Service]\nExecStart=bash -c 'sleep infinity & cd /my*; sleep infinity & cd /; wait'\n[Install]\nWantedBy=multi-user.target\n",
      );

      const unmounted = await machine.run(unmount);
      expect(unmounted, unmounted.said).toMatchObject({ code: 0 });
      await device.expectFree();
      const states = await machine.run(
        "systemctl",
        "is-active",
        unit,
        "lives-there.service",
        "uses-it.service",
        "amazon-ssm-agent.service",
      );
      expect(states.out).toBe("inactive\ninactive\ninactive\nactive");

      expect(await install()).toMatchObject({ code: 0 });
      await machine.untilActive(unit, "lives-there.service");
      expect(await machine.must("cat", log)).toBe("started\nstopped\nstarted");
      expect(await install()).toMatchObject({ code: 0 });
      expect(await machine.must("cat", log)).toBe("started\nstopped\nstarted");
    });

    it("gives a stopping service the time that its unit allows, and ends none of its processes", async () => {
      const { machine, install } = await machineWithVolume();
      await install();
      await machine.must("bash", "-c", 'echo "$0" > /opt/database', slowToStop);
      await machine.addService(
        "database.service",
        "[Service]\nExecStart=bash /opt/database\nTimeoutStopSec=1200\n[Install]\nWantedBy=multi-user.target\n",
      );

      const limit = "s/^readonly STOP_UNIT_LIMIT_SEC=.*/readonly STOP_UNIT_LIMIT_SEC=3/";
      await machine.must("sed", "-i", limit, "/usr/local/lib/workbench/lib/units.bash");
      const { code, said } = await machine.run(unmount);
      expect(said).toMatch(
        /is not unmounted from \/my data, since after 3 seconds systemd is still stopping database\.service, .* then run again$/,
      );
      expect(code).toBe(exitCode("IN_USE"));
      expect((await machine.run("systemctl", "is-active", "database.service")).out).toBe("deactivating");

      await install();
      const unmounting = machine.run(unmount);
      // Longer than a process outside a service gets.
      await sleep(20_000);
      expect((await machine.run("systemctl", "is-active", "database.service")).out).toBe("deactivating");
      await machine.must("touch", "/opt/may-write");
      const unmounted = await unmounting;
      expect(unmounted, unmounted.said).toMatchObject({ code: 0 });
      await install();
      expect(await machine.must("cat", log)).toBe("asked\nwritten");
    });

    it("without the volume: boots, says so, starts no service that lives on it, writes nothing below the mount point; mounts it when it comes", async () => {
      const { machine, device, install } = await machineWithVolume();
      await install({ "wait-sec": "2" });
      await machine.addService("lives-there.service", livesThere);
      await machine.shutDown("reboot");
      machine.unplug(device);
      await machine.bootAgain();
      expect((await machine.run("systemctl", "is-active", unit, "lives-there.service")).out).toBe("failed\ninactive");
      expect(await machine.must("systemctl", "show", "--property=ExecMainStatus", "--value", unit)).toBe(
        String(exitCode("NO_DEVICE")),
      );
      expect(await machine.must("journalctl", "--unit", unit, "--output=cat", "--quiet")).toContain(
        "did not appear within 2 seconds",
      );
      expect(await machine.must("ls", "-A", mountPoint)).toBe("");
      await machine.plug(device);
      await machine.untilActive(unit, "lives-there.service");
    });

    it("goes on waiting after an install without the volume, until an unmount ends that", async () => {
      const { machine, device, install } = await machineWithVolume();
      machine.unplug(device);
      expect(await install({ "wait-sec": "1" })).toMatchObject({ code: exitCode("NO_DEVICE") });
      await machine.untilActive(lateUnit);
      await machine.must(unmount);
      expect((await machine.run("systemctl", "is-active", lateUnit)).out).toBe("inactive");
    });

    it("waits and mounts however often somebody starts it; with a limit, it would give up", async () => {
      const { machine, device, install } = await machineWithVolume();
      const often = (name: string) =>
        machine.run("bash", "-c", `for _ in {1..8}; do systemctl restart '${name}'; done`);
      machine.unplug(device);
      expect(await install({ "wait-sec": "1" })).toMatchObject({ code: exitCode("NO_DEVICE") });
      expect(await often(lateUnit)).toMatchObject({ code: 0 });
      await machine.plug(device);
      await machine.untilActive(unit);
      expect(await often(unit)).toMatchObject({ code: 0 });

      // systemd's own limit of 5 starts, in a time in which a busy computer gets through them.
      const limit =
        "sed -i 's/^StartLimitIntervalSec=.*/StartLimitIntervalSec=600/' /etc/systemd/system/workbench-{late-volume@,data-volume}.service";
      await machine.must("bash", "-c", `${limit} && systemctl daemon-reload`);
      for (const name of [lateUnit, unit]) expect((await often(name)).said).toContain("attempted too often");
    });

    it("fails once and for all for a late volume that only a person can mend", async () => {
      const { machine, device, install } = await machineWithVolume();
      machine.unplug(device);
      expect(await install({ "wait-sec": "1" })).toMatchObject({ code: exitCode("NO_DEVICE") });
      await execa("mkswap", [device.path]);
      await machine.plug(device);
      await machine.untilFailed(lateUnit);
      expect(await machine.must("systemctl", "show", "--property=ExecMainStatus", "--value", lateUnit)).toBe(
        String(exitCode("FOREIGN_CONTENT")),
      );
    });

    it("mounts two volumes at boot, and unmounts both at shutdown", async () => {
      const { machine, device, install } = await machineWithVolume();
      const logs = await LoopDevice.create();
      await machine.plug(logs);
      await install();
      const settings = dataVolumeSettings(logs.volumeId, "/logs", { "device-name": "/dev/sdg", name: "logs" });
      await machine.must("bash", "/opt/on-machine/install-data-volume", ...asArguments(settings));
      await machine.shutDown("reboot");
      await expectCleanlyUnmounted(device);
      await expectCleanlyUnmounted(logs);
      await machine.bootAgain();
      await machine.untilActive(unit, "workbench-logs.service");
      const source = (path: string) => machine.must("cat", `${path}/.workbench-volume`);
      expect([await source(mountPoint), await source("/logs")]).toEqual([
        `first-volume=${device.volumeId}`,
        `first-volume=${logs.volumeId}`,
      ]);
    });
  });
});

/** A service that lives on the volume, as README.md describes it. The last thing that it does is to write. */
const livesThere = `[Unit]
BindsTo=${unit}
After=${unit}
[Service]
ExecStartPre=sh -c 'echo started >> "/my data/log"'
ExecStart=sleep infinity
ExecStopPost=sh -c 'sleep 1; echo stopped >> "/my data/log"'
WorkingDirectory=/my data
[Install]
WantedBy=${unit}
`;

/** Notes every SIGTERM, and writes what it has in memory once /opt/may-write exists. */
const slowToStop = `cd '${mountPoint}'
trap 'echo asked >> log' TERM
until [[ -e log ]]; do sleep 0.1; done
until [[ -e /opt/may-write ]]; do (trap '' TERM; exec sleep 0.1); done
echo written >> log
`;

async function machineWithVolume() {
  const device = await LoopDevice.create();
  const machine = await BootedMachine.boot();
  await machine.plug(device);
  const install = (change: DataVolumeSettings = {}) => {
    const args = asArguments(dataVolumeSettings(device.volumeId, mountPoint, change));
    return machine.run("bash", "/opt/on-machine/install-data-volume", ...args);
  };
  return { machine, device, install };
}

/** Expects that nothing holds the disk, and that its ext4 has no journal to replay. */
async function expectCleanlyUnmounted(device: LoopDevice): Promise<void> {
  await device.expectFree();
  const { stdout } = await execa("dumpe2fs", ["-h", device.path]);
  expect(stdout).toMatch(/^Filesystem state: +clean$/m);
  expect(stdout).not.toContain("needs_recovery");
}
