/**
 * @module-tag first-boot
 */
import { afterAll, beforeAll, expect } from "vitest";
import { type CutOff, cutOff } from "../cut-off";
import { accountContents } from "../leftovers";
import { killUnanswered } from "../lost-answer";
import { describeWithMachines } from "../machines";
import { story } from "../steps";
import { until } from "../until";
import type { Workbench } from "../workbench";
import { ArchiveUser } from "./archive-user";

/**
 * Terraform is killed at moments of the life of the example, and run again. It cannot know what AWS made while it was
 * killed, except for a volume, which it imports, and an attachment, which it finds. So one step has a VPC to remove. Other
 * objects of that kind are in the story of what is killed while it is made.
 */
describeWithMachines("two stacks whose deploys and destroys are killed", () => {
  let archive: ArchiveUser;
  let user: Workbench;
  let sums: readonly string[];
  let changes = 0;
  const step = story();
  const kill = async (point: Omit<CutOff, "by" | "signal">): Promise<void> => {
    // Writes and initializes the stack.
    await user.terraform(["validate"], point.stack);
    await cutOff(user, { ...point, by: "terraform", signal: "SIGKILL" });
  };
  const ids = (...args: string[]): Promise<string[]> => user.aws("ec2", ...args);
  /** The data volumes, or only those that a host has. */
  const volumes = (...filters: string[]): Promise<string[]> =>
    ids("describe-volumes", "--filters", "Name=tag-key,Values=Index", ...filters, "--query", "Volumes[].VolumeId");
  const attached = (): Promise<string[]> => volumes("Name=status,Values=in-use");
  const vpcs = (): Promise<string[]> =>
    ids("describe-vpcs", "--filters", "Name=is-default,Values=false", "--query", "Vpcs[].VpcId");
  const state = (host: string): Promise<string[]> =>
    ids("describe-instances", "--instance-ids", host, "--query", "Reservations[].Instances[].State.Name");
  const finish = async (): Promise<void> => {
    await user.deploy("archive");
    await archive.untilEveryByte(sums);
    expect((await user.plan("archive")).changes).toBe("");
  };
  /** Makes the next deploy replace the host. */
  const change = (): void => {
    archive.changeScripts();
    changes += 1;
    user.settings["ARCHIVE_TITLE"] = `Title ${changes}`;
  };

  beforeAll(async () => {
    archive = await ArchiveUser.start();
    user = archive.workbench;
  });
  afterAll(() => archive?.end());

  step("1: while AWS makes the volumes; the second run imports both", async () => {
    await kill({ stack: "archive-data", when: "aws_ebs_volume.volumes[0]: Creating", made: () => volumes() });
    const made = await volumes();
    expect(made).toHaveLength(2);
    await user.deploy("archive-data");
    expect((await volumes()).sort()).toEqual(made.sort());
    expect((await user.plan("archive-data")).changes).toBe("");
  });

  step("2: while AWS makes the VPC, which no state then has", async () => {
    await kill({ stack: "archive", when: "aws_vpc.vpc: Still creating" });
    const made = await vpcs();
    await user.deploy("archive");
    await archive.untilStarted(1);
    await archive.writeFiles();
    sums = await archive.checksums();
    expect((await user.plan("archive")).changes).toBe("");
    const used = await ids("describe-subnets", "--query", "Subnets[].VpcId");
    for (const vpc of made.filter((id) => !used.includes(id))) await user.aws("ec2", "delete-vpc", "--vpc-id", vpc);
    expect(await vpcs()).toHaveLength(1);
  });

  step("3: while a replacement is planned", async () => {
    change();
    await kill({ stack: "archive", when: "data.aws_ebs_volumes.volumes_all: Reading" });
    await archive.untilEveryByte(sums);
    await finish();
  });

  step("4: while a replacement stops the host", async () => {
    change();
    await kill({ stack: "archive", when: "aws_volume_attachment.host_data_part0_attachment: Destroying" });
    await finish();
  });

  step("5: while a replacement terminates the host", async () => {
    change();
    await kill({ stack: "archive", when: "aws_instance.host: Destroying" });
    await finish();
  });

  step("6: while the volumes are attached to the new host", async () => {
    change();
    await kill({
      stack: "archive",
      when: "aws_volume_attachment.host_data_part0_attachment: Creating",
      made: attached,
    });
    await finish();
  });

  step("7: once one volume is attached, in the state's view", async () => {
    change();
    await kill({ stack: "archive", when: "_attachment: Creation complete" });
    await finish();
  });

  step("8: while a destroy terminates the host", async () => {
    await kill({ stack: "archive", verb: "destroy", when: "aws_instance.host: Destroying" });
    await user.destroy("archive");
    await finish();
  });

  step("9: while a destroy detaches the volumes; a deploy starts the host that it had stopped", async () => {
    const host = await archive.instanceId();
    const starts = await archive.starts();
    // At a word of Terraform's, the kill may come after the next step: it terminates the host at once.
    await user.terraform(["validate"], "archive");
    await killUnanswered(user, { stack: "archive", verb: "destroy", calls: [{ action: "DetachVolume" }] });
    expect(await state(host)).toEqual(["stopped"]);
    await finish();
    expect(await archive.instanceId()).toBe(host);
    await archive.untilStarted(starts + 1);
  });

  step("a host that somebody stops: the plan shows it, and a deploy starts it", async () => {
    const host = await archive.instanceId();
    const starts = await archive.starts();
    await user.aws("ec2", "stop-instances", "--instance-ids", host);
    await until("the host to be stopped", async () => (await state(host))[0] === "stopped");
    expect((await user.plan("archive")).changes).toMatch(/state += "stopped" -> "running"/);
    await finish();
    await archive.untilStarted(starts + 1);
  });

  step("10: while a destroy removes an endpoint", async () => {
    await kill({ stack: "archive", verb: "destroy", when: "aws_vpc_endpoint.vpc_ssm_endpoint: Destroying" });
    await user.destroy("archive");
    expect(await vpcs()).toEqual([]);
  });

  step("11: while the volumes are destroyed on purpose; a final snapshot of each has every byte", async () => {
    const made = await archive.volumeIds();
    user.settings["ARCHIVE_DATA_PREVENT_DESTROY"] = "false";
    await kill({ stack: "archive-data", verb: "destroy", when: "aws_ebs_volume.volumes[0]: Destroying" });
    await user.destroy("archive-data");
    const left = await accountContents(user);
    expect(left.filter((name) => !name.startsWith("snap-"))).toEqual([]);
    const { Snapshots } = await user.aws("ec2", "describe-snapshots", "--owner-ids", "self");
    const found = await Promise.all(
      (Snapshots as { VolumeId: string; SnapshotId: string; State: string }[]).map(async (snapshot) => {
        expect(snapshot.State).toBe("completed");
        return [snapshot.VolumeId, await archive.checksumsInSnapshot(snapshot.SnapshotId)];
      }),
    );
    // A kill after AWS began a snapshot leaves that one, too.
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(made.map((id, index) => [id, sums[index]])));
  });
});
