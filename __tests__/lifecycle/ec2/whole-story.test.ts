/**
 * @module-tag ebs
 * @module-tag ec2
 * @memory 1000 MiB
 * @minutes 8
 */
import { rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { projectRoot } from "../../../scripts/support/project";
import { checksums, mounted, writeFiles } from "../data";
import { accountContents, leftovers, machineLeftovers } from "../leftovers";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import { until } from "../until";
import { Workbench } from "../workbench";

describeWithMachines("a data volume and the machines that come and go", () => {
  let user: Workbench;
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

  step("ec2 says what is missing for it: cdktf before Terraform starts, Terraform itself in its plan", async () => {
    const none = { SSH_ALLOW_FROM: "[]" };
    const sentence =
      "ssh.allowFrom: expected at least one CIDR block that may connect to the machine, " +
      "such as your own address as 203.0.113.7/32, got []";
    const { exitCode, output } = await user.cdktf("deploy", ["ec2"], none);
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain(sentence);
    expect(output).not.toContain("Initializing");
    const plan = await user.terraform(["plan"], "ec2", none);
    expect(plan.exitCode).toBe(1);
    expect(unwrapped(plan.output)).toContain(sentence);
  });

  step("ec2 says what to deploy first while there is no volume", async () => {
    expect((await user.cdktf("deploy", ["ec2"])).exitCode).not.toBe(0);
    expect(unwrapped((await user.terraform(["plan"], "ec2")).output)).toContain(
      "data volume: expected one tagged Name=workbench-local-data, Project=workbench, Environment=local, got none; run `npm run local -- npx cdktf deploy ebs ec2`.",
    );
  });

  step("ebs makes the volume, by `npm run local -- npx cdktf deploy ebs`", async () => {
    const { exitCode, all } = await user.local("npx", "cdktf", "deploy", "ebs", "--auto-approve");
    expect(exitCode, all).toBe(0);
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("ec2 boots a machine, moves its SSH port and mounts the volume", async () => {
    await user.deploy("ec2");
    expect(await mounted(user)).toMatchObject({ kind: "xfs" });
    expect(await user.ssh("stat -c %U /data")).toBe("admin");
    const listening = await user.ssh("ss --listening --tcp --numeric");
    expect(listening).toContain(":2222 ");
    expect(listening).not.toContain(":22 ");
    ({ address = "", instance_id: instance = "" } = await user.outputs("ec2"));
  });

  step("`npm run local -- ssh` logs in, also with a tunnel", async () => {
    const { exitCode, all } = await user.local("ssh", "id --user --name");
    expect(all).toMatch(/^admin$/m);
    expect(exitCode, all).toBe(0);
    const { jupyter } = user.tunnelPorts;
    const tunnel = user.local("ssh", "-L", `${jupyter}:localhost:2222`, "sleep", "600");
    expect(await greeting(jupyter)).toMatch(/^SSH-2\.0-OpenSSH/);
    process.kill(-(tunnel.pid ?? Number.NaN), "SIGTERM");
    await tunnel;
  });

  step("everything that the machine has on this computer is found by its name", async () => {
    const { localAws } = user.session;
    const found = await machineLeftovers(localAws);
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^network namespace lw\\w{6}-${instance}$`)));
    expect(found).toContainEqual(expect.stringMatching(/^interface lv/));
    expect(found).toContainEqual(expect.stringMatching(/^process \d+$/));
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^loop device /dev/loop\\d+ on ${localAws.home}/`)));
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

  step("the instance type changes in place: unmounted before, mounted after", async () => {
    user.settings = { INSTANCE_TYPES_EC2: "t3.large" };
    const output = await user.deploy("ec2");
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

  step("ec2 is destroyed, also while a setting is missing: unmounted first, then detached", async () => {
    const output = await user.destroy("ec2", { SSH_ALLOW_FROM: "[]" });
    expect(output.indexOf("terraform_data.data_unmount: Destruction complete")).toBeGreaterThan(0);
    expect(output.indexOf("terraform_data.data_unmount: Destruction complete")).toBeLessThan(
      output.indexOf("aws_volume_attachment.data_attachment: Destroying"),
    );
  });

  step("a new machine finds every byte", async () => {
    await user.deploy("ec2");
    expect(await instanceId()).not.toBe(instance);
    await stillThere();
  });

  step("the volume grows, and the file system with it, while it is mounted", async () => {
    const before = await mounted(user);
    await user.ssh("nohup sh -c 'cd /data/work && exec sleep 1000' >/dev/null 2>&1 &");
    user.settings["EBS_VOLUME_SIZE_GIB"] = "2";
    await user.deploy("ebs");
    await user.deploy("ec2");
    const after = await mounted(user);
    expect(before.sizeMiB).toBeLessThan(1024);
    expect(after.sizeMiB).toBeGreaterThan(1800);
    expect(await user.ssh("pgrep --exact sleep | wc -l")).not.toBe("0");
    await stillThere();
    expect((await user.plan("ebs")).changes).toBe("");
    expect((await user.plan("ec2")).changes).toBe("");
    const smaller = await user.terraform(["plan"], "ebs", { EBS_VOLUME_SIZE_GIB: "1" });
    expect(smaller.exitCode).toBe(1);
    expect(unwrapped(smaller.output)).toMatch(
      /ebs\.volumeSizeGiB: expected at least the 2 GiB of the data volume vol-\w+, got 1; a volume grows and never shrinks: set it to 2 or more\./,
    );
  });

  step(
    "data is recovered beside the volume as stacks/ebs/README.md says: every byte is there, " +
      "and the volume stays as it was",
    async () => {
      const { data_volume_id = "" } = await user.outputs("ec2");
      await user.ssh("sync");
      const snapshot = await user.snapshot(data_volume_id);
      await withSettingsFile(localSettings(snapshot), (name) =>
        user.inEnvironment(name, async () => {
          const small = await user.terraform(["apply", "-auto-approve"], "ebs", { EBS_VOLUME_SIZE_GIB: "1" });
          expect(small.exitCode).toBe(1);
          expect(unwrapped(small.output)).toContain(
            `ebs.volumeSizeGiB: expected at least the 2 GiB of ${snapshot}, got 1.`,
          );
          await user.mustCdktf("deploy", ["ebs", "ec2"]);
          expect((await user.outputs("ec2"))["data_volume_id"]).not.toBe(data_volume_id);
          await stillThere();
          expect((await user.plan("ebs")).changes).toBe("");
          expect((await user.plan("ec2")).changes).toBe("");
          await user.destroy("ec2");
          await user.destroy("ebs", { EBS_PREVENT_DESTROY: "false" });
        }),
      );
      const snapshots: string[] = (await accountContents(user)).filter((name) => name.startsWith("snap-"));
      expect(snapshots).toHaveLength(2);
      for (const id of snapshots) await user.aws("ec2", "delete-snapshot", "--snapshot-id", id);
      expect((await user.plan("ebs")).changes).toBe("");
      expect((await user.plan("ec2")).changes).toBe("");
      await stillThere();
    },
  );

  step("destroying ebs is refused, and the message says how to retire it on purpose", async () => {
    await user.destroy("ec2");
    const { exitCode, output } = await user.cdktf("destroy", ["ebs"]);
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain(
      "destroy: ebs.preventDestroy protects the data volume, so nothing was destroyed. " +
        "To retire it on purpose, run `npm run local -- npx cdktf destroy ec2`, " +
        "then `npm run local -- env WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs`. " +
        "A final snapshot is kept if ebs.finalSnapshot was true when ebs was last deployed.",
    );
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("Terraform itself refuses to destroy the protected volume too", async () => {
    for (const command of [
      ["plan", "-destroy"],
      ["destroy", "-auto-approve"],
    ]) {
      const { exitCode, output } = await user.terraform(command, "ebs");
      expect(exitCode).toBe(1);
      expect(unwrapped(output)).toContain("Resource aws_ebs_volume.data_volume has lifecycle.prevent_destroy set");
    }
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("no deploy replaces the volume, even while no machine has it and nothing protects it", async () => {
    const elsewhere = { EBS_PREVENT_DESTROY: "false", AWS_AVAILABILITY_ZONE: "eu-west-1b" };
    const { exitCode, output } = await user.terraform(["apply", "-auto-approve"], "ebs", elsewhere);
    expect(exitCode).toBe(1);
    expect(unwrapped(output)).toContain('aws.availabilityZone: expected "eu-west-1a", as the data volume');
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("retired on purpose, it leaves a snapshot and nothing else", async () => {
    await user.mustCdktf("destroy", "ebs", { EBS_PREVENT_DESTROY: "false" });
    expect(await accountContents(user)).toEqual([expect.stringMatching(/^snap-/)]);
    expect(await machineLeftovers(user.session.localAws)).toEqual([]);
  });

  step("recovered from that snapshot in its place: every byte is there", async () => {
    const [snapshot = ""] = await accountContents(user);
    user.settings["EBS_SNAPSHOT_ID"] = snapshot;
    await user.deploy("ebs");
    await user.deploy("ec2");
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

/** The settings file that stacks/ebs/README.md describes, for the local AWS; the rest is as in settings/local.yaml. */
const localSettings = (snapshotId: string) => `
aws: { region: eu-west-1, availabilityZone: eu-west-1a }
ebs: { snapshotId: ${snapshotId}, volumeSizeGiB: 2 }
ssh: { allowFrom: [198.18.0.0/15], port: 2222 }
`;

/** Writes `settings/<name>.yaml` under an unused name, and removes it when `work` is done. */
async function withSettingsFile(text: string, work: (name: string) => Promise<void>): Promise<void> {
  const name = `restored-${process.pid}`;
  const file = path.join(projectRoot, "settings", `${name}.yaml`);
  writeFileSync(file, text, { flag: "wx" });
  try {
    await work(name);
  } finally {
    rmSync(file);
  }
}

/** Waits until something listens on a port of this computer, and returns the first thing that it sends. */
function greeting(port: number): Promise<string> {
  return until(`a greeting on port ${port} of this computer`, async () => {
    const said = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      const end = (text: string) => {
        socket.destroy();
        resolve(text);
      };
      socket
        .on("data", (data) => end(data.toString()))
        .on("error", () => end(""))
        .on("end", () => end(""));
    });
    return said !== "" && said;
  });
}
