/**
 * @module-tag ecs
 * @memory 1500 MiB
 * @minutes 5
 */
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { leaderOf } from "../machines";
import { describeWithPowerCuts, PowerCuts } from "../power-cut";
import { unwrapped } from "../said";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { DocumentClient } from "./document-client";
import { EcsUser, startWithContainerHosts } from "./ecs-user";
import { diskOf, HostByHand } from "./host-by-hand";
import { OrdinaryWriter } from "./ordinary-writer";

const MOUNT_POINT = "/opt/couchdb";
const ORDINARY = `${MOUNT_POINT}/ordinary`;
const UNITS = "docker.socket docker.service ecs.service";
const CONNECT = "curl --silent --show-error --max-time 30 --unix-socket /run/docker.sock http://docker/version";
/** Documents that are acknowledged before each loss. */
const SOME = 250;

/** A client writes documents, and the host is lost again and again. CouchDB is a stand-in, which the page names. */
describeWithPowerCuts("CouchDB (a stand-in) on a host that is lost", () => {
  let cuts: PowerCuts;
  let ecs: EcsUser;
  let user: Workbench;
  let client: DocumentClient;
  let host: HostByHand;
  let volume = "";
  let device = "";
  let foreign = "";
  const step = story();

  const expectEveryDocument = async (): Promise<void> => {
    await ecs.untilUp();
    expect(await ecs.numbers("articles")).toEqual(expect.arrayContaining(client.acknowledged));
  };

  const expectOff = async (when: string): Promise<void> => {
    for (const state of (await ecs.tryOnHost(`systemctl is-active ${UNITS}`)).stdout.split("\n")) {
      expect(state, when).toMatch(/^(inactive|failed)$/);
    }
  };

  /** The host has booted, and neither a connection nor root's own command starts Docker. */
  const expectNoDocker = async (): Promise<void> => {
    await until("a host that has booted", async () => {
      const { stdout } = await ecs.tryOnHost("systemctl is-system-running --wait");
      return ["running", "degraded"].includes(stdout);
    });
    await expectOff("after the boot");
    for (const command of [CONNECT, `systemctl start ${UNITS}`]) {
      expect((await ecs.tryOnHost(command)).exitCode, command).not.toBe(0);
      await expectOff(`after ${command}`);
    }
  };

  /** Nobody has written on the host's own disk, and nobody can. */
  const expectNothingBelow = async (): Promise<void> => {
    expect((await ecs.tryOnHost(`mkdir ${MOUNT_POINT}/data`)).all).toContain("Operation not permitted");
    expect(await ecs.onHost(`ls -A ${MOUNT_POINT}`)).toBe("");
  };

  beforeAll(async () => {
    cuts = await PowerCuts.start(startWithContainerHosts);
    user = cuts.user;
    ecs = await EcsUser.with(user);
    // What is tested here is what the host does when it has waited in vain.
    user.settings["ECS_WAIT_SEC"] = "1";
    await ecs.deployData();
    await user.deploy("ecs");
    await ecs.couchdb("PUT", "/articles");
    client = new DocumentClient(ecs, "articles");
    host = new HostByHand(user, await ecs.instanceId());
  });
  afterAll(() => cuts?.end());

  step("keeps what it acknowledged before a power cut, which takes what others did not flush", async () => {
    const ordinary = await OrdinaryWriter.start(host.id, ORDINARY);
    await client.writeUntilLost(SOME, () => cuts.cutPower(host.id));
    await host.start();
    await expectEveryDocument();
    expect(await linesOf(ecs, ORDINARY)).not.toContain(await ordinary.end());
  });

  step("keeps it when the host's first process is killed, which takes nothing; a deploy starts the host", async () => {
    const ordinary = await OrdinaryWriter.start(host.id, ORDINARY);
    await client.writeUntilLost(SOME, async () => {
      process.kill(Number(await leaderOf(host.id)), "SIGKILL");
    });
    await host.untilIs("stopped");
    await user.deploy("ecs");
    await expectEveryDocument();
    expect(await linesOf(ecs, ORDINARY)).toContain(await ordinary.end());
  });

  step("keeps it when Docker's daemon is killed, and runs again by itself", async () => {
    const daemon = () => ecs.onHost("systemctl show --property MainPID --value docker.service");
    const before = await daemon();
    await client.writeUntilLost(SOME, async () => {
      await ecs.onHost("systemctl kill --kill-whom=main --signal=KILL docker.service");
    });
    await until("a steady service", async () => {
      const { runningCount, pendingCount } = await ecs.service("couchdb");
      return runningCount === 1 && pendingCount === 0 && (await daemon()) !== before;
    });
    await expectEveryDocument();
  });

  step("fails to deploy while its terminated host shuts down, and then moves to a new one", async () => {
    const slow = "until test -e /run/go; do sleep 0.1; done";
    await ecs.onHost(`systemd-run --unit slow --remain-after-exit --property 'ExecStop=/bin/sh -c "${slow}"' true`);
    const leader = await leaderOf(host.id);
    await client.writeUntilLost(SOME, async () => {
      await host.terminate();
      const { exitCode, output } = await user.terraform(["apply", "-auto-approve"], "ecs");
      expect(exitCode).toBe(1);
      expect(unwrapped(output)).toContain(`got ${host.id}, which is shutting down; wait until `);
    });
    await execa("nsenter", ["--target", leader, "--all", "touch", "/run/go"]);
    await host.untilIs("terminated");
    await user.deploy("ecs");
    expect(await ecs.instanceId()).not.toBe(host.id);
    host = new HostByHand(user, await ecs.instanceId());
    await expectEveryDocument();
  });

  step("runs no Docker on a host without the volume", async () => {
    volume = (await user.outputs("ecs-data"))["volume_id"] ?? "";
    device = await host.deviceOf(volume);
    foreign = await makeForeignVolume(ecs, host, volume);
    await host.stop();
    await host.detach(volume);
    await host.start();
    await expectNoDocker();
    await expectNothingBelow();
  });

  step("runs Docker, which writes on the host's own disk, without what it installed", async () => {
    const folder = "/etc/systemd/system";
    const each = `for unit in ${UNITS}; do`;
    await ecs.onHost(`${each} mv ${folder}/$unit.d /run/$unit.d; done; systemctl daemon-reload`);
    await ecs.onHost(`chattr -i ${MOUNT_POINT}; systemctl start docker.socket; ${CONNECT}`);
    const image = await ecs.onHost("docker image ls --quiet | head -1");
    const write = `docker run --rm --volume ${MOUNT_POINT}/data:/data --entrypoint touch ${image} /data/astray`;
    expect((await ecs.tryOnHost(write)).all).toBe("");
    expect(await ecs.onHost(`ls ${MOUNT_POINT}/data`)).toBe("astray");

    await ecs.onHost(
      `systemctl stop docker.service docker.socket; rm -r ${MOUNT_POINT}/data; chattr +i ${MOUNT_POINT}`,
    );
    await ecs.onHost(`${each} mv /run/$unit.d ${folder}/$unit.d; done; systemctl daemon-reload`);
    await expectNoDocker();
    await expectNothingBelow();
  });

  step("runs no Docker with another volume in its place, even a mounted one, and leaves that as it is", async () => {
    await host.stop();
    await host.attach(foreign, device);
    await host.start();
    await expectNoDocker();
    await expectNothingBelow();
    await ecs.onHost(`mount ${diskOf(foreign)} ${MOUNT_POINT}`);
    await expectNoDocker();
    expect(await filesOf(ecs, MOUNT_POINT)).toEqual(FOREIGN_FILES);
    await ecs.onHost(`umount ${MOUNT_POINT}`);
    await host.detach(foreign);
  });

  step("starts everything by itself once the volume comes, however late, with all 1,000 documents", async () => {
    await expectNothingBelow();
    await host.attach(volume, device);
    await expectEveryDocument();
    expect(client.acknowledged.length).toBeGreaterThanOrEqual(4 * SOME);
    await ecs.onHost("mkdir /run/below && mount --bind / /run/below");
    expect(await ecs.onHost(`ls -A /run/below${MOUNT_POINT}`)).toBe("");
    await ecs.expectQuietPlan("ecs");
  });
});

const FOREIGN_FILES = ["./.workbench-volume", "./data/other"];

/** Makes a volume of somebody else, with files as on ours. */
async function makeForeignVolume(ecs: EcsUser, host: HostByHand, beside: string): Promise<string> {
  const foreign = await host.makeVolumeBeside(beside);
  const disk = diskOf(foreign);
  await host.attach(foreign, "/dev/sdg");
  await until("its disk", async () => (await ecs.tryOnHost(`test -b ${disk}`)).exitCode === 0);
  await ecs.onHost(
    `set -e; mkfs.ext4 -q ${disk}; mount ${disk} /mnt; cd /mnt; rmdir lost+found; mkdir data; ` +
      `echo first-volume=${foreign} >.workbench-volume; echo other >data/other; cd /; umount /mnt`,
  );
  await host.detach(foreign);
  return foreign;
}

/** Lines of a file; none if it is not there. */
async function linesOf(ecs: EcsUser, file: string): Promise<string[]> {
  return (await ecs.tryOnHost(`cat ${file}`)).stdout.split("\n");
}

async function filesOf(ecs: EcsUser, folder: string): Promise<string[]> {
  return (await ecs.onHost(`cd ${folder} && find . -type f | sort`)).split("\n");
}
