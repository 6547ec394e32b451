import { afterAll, beforeAll, describe, expect } from "vitest";
import { checksums, mounted, writeFiles } from "./data";
import { accountContents, leftovers } from "./leftovers";
import { unwrapped } from "./said";
import { story } from "./steps";
import { Workbench } from "./workbench";

describe("a data volume and the machines that come and go", () => {
  let user: Workbench;
  let restored: Workbench;
  let sums: string;
  let address: string;
  let instance: string;
  const step = story();
  const instanceId = async () => (await user.outputs("ec2"))["instance_id"] ?? "";
  const stillThere = async () => {
    expect((await mounted(user)).kind).toBe("xfs");
    expect(await checksums(user, "work")).toBe(sums);
  };

  beforeAll(async () => {
    user = await Workbench.start();
  });
  afterAll(() => user?.end());

  step("starts in an empty account", async () => {
    expect(await accountContents(user)).toEqual([]);
  });

  step("ec2 says what to deploy first while there is no volume", async () => {
    expect((await user.cdktf("deploy", ["ec2"])).exitCode).not.toBe(0);
    expect(unwrapped((await user.terraform(["plan"], "ec2")).output)).toContain(
      "data volume: expected one tagged Name=workbench-local-data, Project=workbench, Environment=local, got none; make it with `npx cdktf deploy ebs`.",
    );
  });

  step("ebs makes the volume", async () => {
    await user.must("deploy", "ebs");
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("ec2 boots a machine, moves its SSH port and mounts the volume", async () => {
    await user.must("deploy", "ec2");
    expect(await mounted(user)).toMatchObject({ kind: "xfs" });
    expect(await user.ssh("stat -c %U /data")).toBe("admin");
    const listening = await user.ssh("ss --listening --tcp --numeric");
    expect(listening).toContain(":2222 ");
    expect(listening).not.toContain(":22 ");
    ({ address = "", instance_id: instance = "" } = await user.outputs("ec2"));
  });

  step("files are written, and the plan is empty", async () => {
    sums = await writeFiles(user, "work");
    expect(sums.split("\n")).toHaveLength(202);
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("after a reboot it is mounted again", async () => {
    const before = await user.bootId();
    await user.aws("ec2", "reboot-instances", "--instance-ids", instance);
    await user.waitForBoot(before);
    await stillThere();
  });

  step("after a stop and a start it is mounted again, at the same address, and the plan is empty", async () => {
    const before = await user.bootId();
    await user.aws("ec2", "stop-instances", "--instance-ids", instance);
    await user.aws("ec2", "wait", "instance-stopped", "--instance-ids", instance);
    await user.aws("ec2", "start-instances", "--instance-ids", instance);
    await user.waitForBoot(before);
    await stillThere();
    expect((await user.outputs("ec2"))["address"]).toBe(address);
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("another instance type comes in place: unmounted before, mounted after", async () => {
    user.settings = { EC2_INSTANCE_TYPE: "t3.large" };
    const output = await user.must("deploy", "ec2");
    expect(output.indexOf("terraform_data.data_unmount: Destruction complete")).toBeGreaterThan(0);
    expect(output.indexOf("terraform_data.data_unmount: Destruction complete")).toBeLessThan(
      output.indexOf("aws_instance.machine: Modifying"),
    );
    expect(await instanceId()).toBe(instance);
    const type = await user.aws(
      "ec2",
      "describe-instances",
      "--instance-ids",
      instance,
      "--query",
      "Reservations[0].Instances[0].InstanceType",
    );
    expect(type).toBe("t3.large");
    await stillThere();
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("a mounted disk cannot be detached", async () => {
    const { data_volume_id = "" } = await user.outputs("ec2");
    await expect(user.aws("ec2", "detach-volume", "--volume-id", data_volume_id)).rejects.toThrow(
      /IncorrectState.*\/data/,
    );
    await stillThere();
  });

  step("ec2 is destroyed: unmounted first, then detached", async () => {
    const output = await user.must("destroy", "ec2");
    expect(output.indexOf("terraform_data.data_unmount: Destruction complete")).toBeGreaterThan(0);
    expect(output.indexOf("terraform_data.data_unmount: Destruction complete")).toBeLessThan(
      output.indexOf("aws_volume_attachment.data_attachment: Destroying"),
    );
  });

  step("a new machine finds every byte", async () => {
    await user.must("deploy", "ec2");
    expect(await instanceId()).not.toBe(instance);
    await stillThere();
  });

  step("the volume grows, and the file system with it, while it is mounted", async () => {
    const before = await mounted(user);
    await user.ssh("nohup sh -c 'cd /data/work && exec sleep 1000' >/dev/null 2>&1 &");
    user.settings["EBS_VOLUME_SIZE_GIB"] = "2";
    await user.must("deploy", "ebs");
    await user.must("deploy", "ec2");
    const after = await mounted(user);
    expect(before.sizeMiB).toBeLessThan(1024);
    expect(after.sizeMiB).toBeGreaterThan(1800);
    expect(await user.ssh("pgrep --exact sleep | wc -l")).not.toBe("0");
    await stillThere();
    expect((await user.plan("ebs")).changes).toBe("");
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("a snapshot is restored into a new volume, and every byte is there", async () => {
    const { data_volume_id = "" } = await user.outputs("ec2");
    await user.ssh("sync");
    const snapshot = await user.aws("ec2", "create-snapshot", "--volume-id", data_volume_id, "--query", "SnapshotId");
    restored = user.another("restored");
    restored.settings["EBS_SNAPSHOT_ID"] = snapshot;

    const small = await restored.terraform(["apply", "-auto-approve"], "ebs", { EBS_VOLUME_SIZE_GIB: "1" });
    expect(small.exitCode).toBe(1);
    expect(unwrapped(small.output)).toContain(`ebs.volumeSizeGiB: expected at least the 2 GiB of ${snapshot}, got 1.`);

    await restored.must("deploy", "ebs");
    await restored.must("deploy", "ec2");
    expect(await checksums(restored, "work")).toBe(sums);
    expect((await restored.plan("ebs")).changes).toBe("");
    expect((await restored.plan("ec2")).changes).toBe("");
    await restored.must("destroy", "ec2");
    await restored.must("destroy", "ebs", { EBS_PREVENT_DESTROY: "false", EBS_FINAL_SNAPSHOT: "true" });
    await user.aws("ec2", "delete-snapshot", "--snapshot-id", snapshot);
    const others = await user.aws(
      "ec2",
      "describe-snapshots",
      "--owner-ids",
      "self",
      "--query",
      "Snapshots[].SnapshotId",
    );
    expect(others).toHaveLength(1);
    await user.aws("ec2", "delete-snapshot", "--snapshot-id", others[0]);
    await restored.end();
  });

  step("to destroy ebs is refused, and says how to retire it on purpose", async () => {
    await user.must("destroy", "ec2");
    const { exitCode, output } = await user.cdktf("destroy", ["ebs"]);
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain(
      "destroy: the data volume is protected by ebs.preventDestroy, so nothing was destroyed; to retire it on purpose, run `npx cdktf destroy ec2`, then `WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs` (a final snapshot is kept, if ebs.finalSnapshot was true when ebs was last deployed).",
    );
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("retired on purpose, it leaves a snapshot and nothing else", async () => {
    await user.must("destroy", "ebs", { EBS_PREVENT_DESTROY: "false" });
    expect(await accountContents(user)).toEqual([expect.stringMatching(/^snap-/)]);
  });

  step("recovered from that snapshot in its place: every byte is there", async () => {
    const [snapshot = ""] = await accountContents(user);
    user.settings["EBS_SNAPSHOT_ID"] = snapshot;
    await user.must("deploy", "ebs");
    await user.must("deploy", "ec2");
    await stillThere();
    expect((await user.plan("ebs")).changes).toBe("");
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("the local AWS leaves nothing on this computer", async () => {
    const { localAws } = user.session;
    await user.end();
    expect(await leftovers(localAws)).toEqual([]);
  });
});
