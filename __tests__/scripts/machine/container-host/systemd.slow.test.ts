import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { whyNoMachines } from "../data-volume/booted-machine";
import { describeWithDisks, whyNoDisks } from "../data-volume/requirements";
import { ContainerHost, mountPoint, volumeUnit } from "./container-host";

const docker = ["docker.socket", "docker.service", "ecs.service"];
const gate = `${mountPoint}/.workbench/gate/couchdb`;
const reason = whyNoDisks() === undefined ? whyNoMachines() : undefined;

describeWithDisks("a container host that boots", () => {
  describe.skipIf(reason !== undefined)(`its systemd${reason ? ` (${reason})` : ""}`, () => {
    it("stops Docker until the volume is mounted, and takes everything down in order", async () => {
      const host = await ContainerHost.boot();
      const { machine } = host;
      const installed = await host.install();
      expect(installed, installed.said).toMatchObject({ code: 0 });
      expect(await host.states(...docker)).toEqual(["inactive", "inactive", "inactive"]);
      expect(await host.order()).toEqual(["agent has stopped", "docker has stopped"]);
      const units = ["docker.service", "ecs.service", "snapshot-gate@couchdb.path", "snapshot-gate@couchdb.service"];
      const others = ["leave-cluster.service", "volume-metrics.timer", "docker-prune.timer", "docker-prune.service"];

      expect(await host.mount()).toMatchObject({ code: 0 });
      await machine.untilActive(volumeUnit, ...docker, "leave-cluster.service", "snapshot-gate@couchdb.path");
      expect(await machine.must("stat", "-c", "%u %a", `${mountPoint}/data`, gate)).toBe("5984 750\n0 1777");
      expect(order(await host.order())).toEqual(["docker starts", "metadata closed", "agent starts"]);
      const verified = await machine.run("systemd-analyze", "verify", "--man=no", volumeUnit, ...units, ...others);
      expect(verified.said).toBe("");

      // Another run leaves what runs alone.
      expect(await host.install()).toMatchObject({ code: 0 });
      expect(await host.mount()).toMatchObject({ code: 0 });
      expect(await host.states(...docker)).toEqual(["active", "active", "active"]);
      expect(await host.order()).toEqual([]);

      await machine.shutDown("reboot");
      await host.device.expectFree();
      expect((await execa("dumpe2fs", ["-h", host.device.path])).stdout).toMatch(/^Filesystem state: +clean$/m);
      await machine.bootAgain();
      await machine.untilActive(volumeUnit, ...docker);
      const down = ["cluster at shutdown", "agent has stopped", "containers stop within 45 s", "docker has stopped"];
      const up = ["docker starts", "metadata closed", "agent starts"];
      expect(order(await host.order())).toEqual([...down, ...up]);
    });

    it("without the volume: starts nothing, tries nothing again, writes nothing below the mount point; starts when it comes", async () => {
      const host = await ContainerHost.boot();
      const { machine } = host;
      await host.install();
      await host.mount({ "wait-sec": "2" });
      await machine.untilActive(...docker);
      await machine.shutDown("reboot");
      machine.unplug(host.device);
      await machine.bootAgain();
      expect((await host.order()).at(-1)).toBe("cluster at boot");
      expect(await host.states(volumeUnit, ...docker)).toEqual(["failed", "inactive", "inactive", "inactive"]);
      const connect = "import socket; socket.socket(socket.AF_UNIX).connect('/run/docker.sock')";
      expect((await machine.run("python3", "-c", connect)).said).toMatch(/(ConnectionRefused|FileNotFound)Error/);
      const started = await machine.run("systemctl", "start", ...docker);
      expect(started.said).toContain("A dependency job for docker.service failed.");
      expect(await host.order()).toEqual([]);
      expect(await machine.must("systemctl", "show", "--property=NRestarts", "--value", ...docker.slice(1))).toBe(
        "0\n\n0",
      );
      expect((await machine.run("systemctl", "status", "--no-pager", "docker.service")).out).toMatch(
        /Dependency failed for docker\.service/,
      );
      expect((await machine.run("systemctl", "status", "--no-pager", volumeUnit)).out).toContain(
        "did not appear within 2 seconds",
      );
      expect(await machine.must("ls", "-A", mountPoint)).toBe("");

      await machine.plug(host.device);
      await machine.untilActive(volumeUnit, ...docker, "snapshot-gate@couchdb.path");
      expect(await host.order()).toEqual(["docker starts", "metadata closed", "agent starts"]);

      // Unmounted by hand, and mounted again.
      await machine.must("/usr/local/lib/workbench/unmount-data-volume");
      expect(await host.states(volumeUnit, ...docker)).toEqual(["inactive", "inactive", "inactive", "inactive"]);
      await host.device.expectFree();
      expect(await host.mount()).toMatchObject({ code: 0 });
      await machine.untilActive(...docker);

      // The mark of the volume is gone: nothing starts.
      await machine.must("systemctl", "stop", ...docker);
      await machine.must("rm", `${mountPoint}/.workbench-volume`);
      await host.order();
      expect((await machine.run("systemctl", "start", "docker.socket")).code).not.toBe(0);
      expect((await machine.run("systemctl", "start", "docker.service")).code).not.toBe(0);
      expect(await host.states(...docker)).toEqual(["inactive", "inactive", "inactive"]);
      expect(await host.order()).toEqual([]);
    });

    it("closes the metadata again after each restart of Docker, and starts the agent again", async () => {
      const host = await ContainerHost.boot();
      const { machine } = host;
      await host.install();
      await host.mount();
      await machine.untilActive(...docker);
      await host.order();

      await machine.must("systemctl", "restart", "docker.service");
      await machine.untilActive(...docker, "container-firewall.service");
      expect(await host.order()).toEqual([
        ...["agent has stopped", "containers stop within 45 s", "docker has stopped"],
        ...["docker starts", "metadata closed", "agent starts"],
      ]);

      await machine.must("systemctl", "kill", "--signal=KILL", "--kill-whom=main", "docker.service");
      const restarts = () => machine.must("systemctl", "show", "--property=NRestarts", "--value", "docker.service");
      await expect.poll(restarts, { timeout: 600_000 }).toBe("1");
      await machine.untilActive(...docker, "container-firewall.service", "stop-containers.service");
      expect((await host.order()).slice(-3)).toEqual(["docker starts", "metadata closed", "agent starts"]);

      // Without the rule, no task starts.
      await host.write("/usr/local/sbin/iptables", "#!/bin/sh\necho 'No chain by that name'\nexit 1\n");
      await machine.run("systemctl", "restart", "docker.service");
      await machine.untilFailed("container-firewall.service");
      expect(await host.states("docker.service", "ecs.service")).toEqual(["active", "inactive"]);
      expect(await machine.must("journalctl", "--unit=container-firewall", "--output=cat", "--quiet")).toContain(
        'close-metadata: expected the chain DOCKER-USER, which Docker makes, got "No chain by that name"',
      );
    });

    it("answers every request of a gate, also those that come while it answers", async () => {
      const host = await ContainerHost.boot();
      const { machine } = host;
      await host.install();
      await host.mount();
      await machine.untilActive("snapshot-gate@couchdb.path");
      // The user of the container, who sees the gate alone.
      const wait = "/usr/local/lib/workbench/container-host/prepare/wait-for-snapshot";
      await machine.must("mkdir", "/workbench");
      await machine.must("mount", "--bind", gate, "/workbench");
      const ask = `for number in 1 2 3 4 5 6; do WORKBENCH_IMAGE=couchdb:3.5 ${wait} /workbench 300 2 || exit; done`;
      const asUser = ["setpriv", "--reuid=5984", "--regid=5984", "--clear-groups", "sh", "-c", ask] as const;
      const all = await Promise.all([machine.run(...asUser), machine.run(...asUser), machine.run(...asUser)]);
      for (const { code, said, out } of all) {
        expect({ code, said, count: out.split("\n").length }).toEqual({ code: 0, said: "", count: 6 });
      }
      expect(await host.states("snapshot-gate@couchdb.path")).toEqual(["active"]);

      // Rubbish ends nothing.
      await machine.must(
        "setpriv",
        "--reuid=5984",
        "--clear-groups",
        "--regid=5984",
        "mkdir",
        "-p",
        "/workbench/wanted/x",
      );
      await expect
        .poll(async () => (await machine.run("test", "-e", "/workbench/wanted")).code, { timeout: 600_000 })
        .toBe(1);
      expect((await machine.run(...asUser)).code).toBe(0);
    });
  });
});

/** The order without what has none: when the host looks into the cluster at boot. */
function order(lines: readonly string[]): string[] {
  const clears = lines.indexOf("cluster at boot");
  expect(clears).toBeGreaterThanOrEqual(0);
  expect(lines.indexOf("agent starts", clears)).toBeGreaterThan(clears);
  return lines.filter((line) => line !== "cluster at boot");
}
