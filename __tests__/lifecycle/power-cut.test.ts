/**
 * @module-tag ec2
 * @memory 600 MiB
 * @minutes 1
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { memoryFolderOf } from "../../scripts/testing/sweep";
import { leftovers } from "./leftovers";
import { leaderOf } from "./machines";
import { describeWithPowerCuts, PowerCuts } from "./power-cut";
import { story } from "./steps";
import { until } from "./until";

const ATTEMPTS = 10;

/** Stories use `PowerCuts` to show that what a machine said to be kept is kept. This one shows that the power goes. */
describeWithPowerCuts("a power cut of an instance", () => {
  let cuts: PowerCuts;
  let instance = "";
  let volume = "";
  const step = story();

  /** Runs a command on the machine, as root. */
  const on = async (command: string): Promise<string> => {
    const within = ["--target", await leaderOf(instance), "--mount", "--pid", "--", "bash", "-ec", command];
    return (await execa("nsenter", within)).stdout;
  };
  const disk = () => `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume.replace("-", "")}`;
  const state = async (): Promise<string> => {
    const { Reservations } = await cuts.user.aws("ec2", "describe-instances", "--instance-ids", instance);
    return Reservations[0].Instances[0].State.Name;
  };
  const untilRunning = () => until("the machine", async () => (await state()) === "running");

  beforeAll(async () => {
    cuts = await PowerCuts.start();
    const { user } = cuts;
    const [image] = (await user.aws("ec2", "describe-images", "--filters", "Name=name,Values=debian-13-amd64-*"))
      .Images;
    const run = ["--image-id", image.ImageId, "--instance-type", "t3.micro"];
    const [made] = (await user.aws("ec2", "run-instances", ...run)).Instances;
    instance = made.InstanceId;
    const zone = made.Placement.AvailabilityZone;
    const { VolumeId } = await user.aws("ec2", "create-volume", "--size", "1", "--availability-zone", zone);
    volume = VolumeId;
    await untilRunning();
    await user.aws("ec2", "wait", "volume-available", "--volume-ids", volume);
    const where = ["--instance-id", instance, "--device", "/dev/sdf"];
    await user.aws("ec2", "attach-volume", "--volume-id", volume, ...where);
    await until("the volume", () => on(`test -b ${disk()} && echo there || true`).then((said) => said === "there"));
    await on(`mkfs.ext4 -q ${disk()} && mkdir -p /data && mount ${disk()} /data`);
  });
  afterAll(() => cuts?.end());

  step("a file that was flushed is there, and one that was not is gone", async () => {
    const flushed = await on("cd /data && head -c 5M /dev/urandom >flushed && sync flushed && sha256sum flushed");
    for (let attempt = 1; ; attempt++) {
      const before = await cuts.flushes(volume);
      await on(`head -c 1M /dev/urandom >/data/other-${attempt}`);
      await cuts.cutPower(instance);
      const wasLost = (await cuts.flushes(volume)) === before;
      await cuts.user.aws("ec2", "start-instances", "--instance-ids", instance);
      await untilRunning();
      await on(`mkdir -p /data && mount ${disk()} /data`);
      expect(await on("cd /data && sha256sum flushed")).toBe(flushed);
      // Others on this computer call sync, which flushes this disk too.
      if (!wasLost && attempt < ATTEMPTS) continue;
      expect((await on("ls /data")).split("\n")).not.toContain(`other-${attempt}`);
      return;
    }
  });

  step("nothing is left of it", async () => {
    const { home } = cuts.user.session.localAws;
    const memory = memoryFolderOf(path.dirname(home));
    expect(existsSync(memory)).toBe(true);
    await cuts.end();
    expect(await leftovers({ home })).toEqual([]);
    expect(existsSync(memory)).toBe(false);
  });
});
