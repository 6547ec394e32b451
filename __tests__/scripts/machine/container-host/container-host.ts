import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BootedMachine } from "../data-volume/booted-machine";
import { LoopDevice } from "../data-volume/loop-device";
import type { Ended } from "../data-volume/machine";
import { asArguments, type DataVolumeSettings, dataVolumeSettings } from "../data-volume/settings";

const machineScripts = join(__dirname, "../../../../scripts/machine");
export const mountPoint = "/opt/couchdb";
export const volumeUnit = "workbench-data-volume.service";

/** Where the units of Docker and the agent note what happens. */
const notes = "/var/log/order";

/**
 * What AWS's image has, by path: Docker and the agent as processes that only stay, which note when they start and stop.
 * Docker has one container. The units have the dependencies, checks and restarts of the real ones.
 */
const image: Readonly<Record<string, string>> = {
  "usr/local/bin/note": `#!/bin/sh\necho "$*" >>${notes}\n`,
  "usr/bin/docker": `#!/bin/sh
case "$1 $2" in
  "container ls") echo c1 ;;
  "container stop") note "containers stop within $4 s" ;;
esac
`,
  "usr/local/sbin/iptables": `#!/bin/sh
case $3 in
  --list-rules) echo "-N DOCKER-USER"; if [ -e /run/rules ]; then cat /run/rules; fi ;;
  --insert) echo "-A DOCKER-USER -d 169.254.169.254/32 -j DROP" >/run/rules; note "metadata closed" ;;
esac
`,
  "etc/systemd/system/docker.socket": `[Socket]
ListenStream=/run/docker.sock
[Install]
WantedBy=sockets.target
`,
  "etc/systemd/system/docker.service": `[Unit]
After=network-online.target docker.socket
Wants=network-online.target
Requires=docker.socket
[Service]
ExecStartPre=note docker starts
ExecStart=sleep infinity
ExecStopPost=note docker has stopped
ExecStopPost=rm -f /run/rules
Restart=always
RestartSec=1
[Install]
WantedBy=multi-user.target
`,
  "etc/systemd/system/ecs.service": `[Unit]
Wants=docker.service
After=docker.service cloud-final.service
[Service]
Restart=on-failure
RestartSec=1
ExecStartPre=sh -c 'systemctl is-active docker'
ExecStartPre=note agent starts
ExecStart=sleep infinity
ExecStopPost=note agent has stopped
[Install]
WantedBy=multi-user.target
`,
};

/** In the place of the program that talks to ECS. */
const leaveCluster = 'import subprocess, sys\nsubprocess.run(["note", "cluster at " + sys.argv[2]], check=True)\n';

/** A booted machine as AWS's image makes it, on which Docker runs already; its volume is plugged in. */
export class ContainerHost {
  private constructor(
    readonly machine: BootedMachine,
    readonly device: LoopDevice,
  ) {}

  static async boot(): Promise<ContainerHost> {
    const device = await LoopDevice.create();
    const machine = await BootedMachine.boot({ ...image, ...bundle("container-host", "data-volume", "first-boot") });
    const host = new ContainerHost(machine, device);
    await machine.plug(device);
    await machine.must("systemctl", "enable", "--quiet", "--now", "docker.socket", "docker.service", "ecs.service");
    await machine.untilActive("docker.socket", "docker.service", "ecs.service");
    await machine.must("rm", "-f", notes);
    return host;
  }

  /** Runs install-container-host as user data does. */
  async install(change: Readonly<Record<string, unknown>> = {}): Promise<Ended> {
    const configuration = {
      region: "eu-west-1",
      cluster: "test",
      volume: { id: this.device.volumeId, mountPoint },
      folders: [{ path: `${mountPoint}/data`, owner: 5984 }],
      gates: ["couchdb"],
      stopTimeoutSec: 45,
      ...change,
    };
    const args = ["/opt/bundle/container-host/install-container-host", JSON.stringify(configuration), volumeUnit];
    const ended = await this.machine.run("bash", ...args);
    if (ended.code === 0) await this.write("/usr/local/lib/workbench/container-host/leave_cluster.py", leaveCluster);
    return ended;
  }

  /** Runs install-data-volume as user data does. */
  mount(change: DataVolumeSettings = {}): Promise<Ended> {
    const settings = dataVolumeSettings(this.device.volumeId, mountPoint, { owner: "root", ...change });
    return this.machine.run("bash", "/opt/bundle/data-volume/install-data-volume", ...asArguments(settings));
  }

  async write(path: string, text: string): Promise<void> {
    await this.machine.must("bash", "-c", 'printf %s "$1" >"$0"', path, text);
  }

  /** What the units noted since the last call. */
  async order(): Promise<string[]> {
    const { out } = await this.machine.run("cat", notes);
    await this.machine.must("rm", "-f", notes);
    return out.split("\n").filter((line) => line !== "");
  }

  /** "active", "inactive" or "failed", by unit. */
  async states(...units: string[]): Promise<string[]> {
    return (await this.machine.run("systemctl", "is-active", ...units)).out.split("\n");
  }
}

/** The scripts, as user data unpacks them. */
function bundle(...kinds: readonly string[]): Record<string, string> {
  const read = (kind: string, file: string) => readFileSync(join(machineScripts, kind, file), "utf8");
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      read(kind, "MANIFEST")
        .trim()
        .split("\n")
        .map((file) => [`opt/bundle/${kind}/${file}`, read(kind, file)]),
    ),
  );
}
