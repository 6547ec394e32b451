/**
 * @module-tag ebs
 * @module-tag ec2
 * @memory 1000 MiB
 * @minutes 6
 */
import { readFileSync } from "node:fs";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { checksums, checksumsOf, mounted, writeFiles } from "../data";
import { accountContents } from "../leftovers";
import { describeWithMachines, leaderOf } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import { until } from "../until";
import { Workbench } from "../workbench";

/** Each step states where a failure ends. The user goes on from there, and every byte is still there. */
describeWithMachines("what can go wrong", () => {
  let user: Workbench;
  let sums: string;
  let volumeId: string;
  const step = story();
  const instanceId = async () => (await user.outputs("ec2"))["instance_id"] ?? "";
  const stillThere = async () => {
    await mounted(user);
    expect(await checksums(user, "work")).toBe(sums);
  };
  const fails = async (verb: "apply" | "destroy", values = {}) => {
    const { exitCode, output } = await user.terraform([verb, "-auto-approve"], "ec2", values);
    expect(exitCode).toBe(1);
    return unwrapped(output);
  };

  beforeAll(async () => {
    user = await Workbench.start();
    user.settings = { EC2_MOUNT_FILE_SYSTEM: "ext4" };
    await user.deploy("ebs");
    await user.deploy("ec2");
    sums = await writeFiles(user, "work");
    volumeId = (await user.outputs("ec2"))["data_volume_id"] ?? "";
  });
  afterAll(() => user?.end());

  step("the machine in another zone than its volume: nothing changes, and the message names both zones", async () => {
    const before = await accountContents(user);
    const said = await fails("apply", { AWS_AVAILABILITY_ZONE: "eu-west-1b" });
    expect(said).toMatch(
      /aws\.availabilityZone: expected the machine in the zone of its data volume, got the volume vol-\w+ in eu-west-1a and the subnet subnet-\w+ in eu-west-1b; a volume never changes its zone: set aws\.availabilityZone to eu-west-1a,/,
    );
    expect(await accountContents(user)).toEqual(before);
    await stillThere();
  });

  step("a type whose processor cannot boot the machine's image, and a zone without the type, are refused", async () => {
    // The machine keeps its amd64 image, whichever the settings choose. Terraform would make another machine with it.
    for (const image of [{}, { EC2_IMAGE_ARCHITECTURE: "arm64" }]) {
      expect(await fails("apply", { INSTANCE_TYPES_EC2: "t4g.medium", ...image })).toMatch(
        /instanceTypes\.ec2: expected a type whose processor runs x86_64, as the machine's image needs, got t4g\.medium, which has arm64; choose another type, or set ec2\.image\.followNew: true,/,
      );
    }
    user.settings["EC2_IMAGE_ARCHITECTURE"] = "arm64";
    expect((await user.plan("ec2")).changes).toBe("");
    delete user.settings["EC2_IMAGE_ARCHITECTURE"];
    const elsewhere = user.another("elsewhere");
    const zone = { AWS_REGION: "us-east-1", AWS_AVAILABILITY_ZONE: "us-east-1e" };
    expect(unwrapped((await elsewhere.terraform(["plan"], "ebs", zone)).output)).toMatch(
      /instanceTypes\.ec2: expected a type that us-east-1e \(aws\.availabilityZone\) offers, got t3\.medium, which only us-east-1a, [^;]* may have;/,
    );
    await elsewhere.end();
    await stillThere();
  });

  step("at destroy, a process that ignores SIGTERM holds the volume: it is killed", async () => {
    await user.ssh(`nohup sh -c 'trap "" TERM HUP; cd /data/work; while :; do sleep 1; done' >/dev/null 2>&1 &`);
    await user.destroy("ec2");
  });

  step("the mount fails: the deploy fails and says why, and the volume is mounted nowhere", async () => {
    const said = await fails("apply", { EC2_MOUNT_MOUNT_POINT: "/etc" });
    expect(said).toContain("expected an empty folder: move them away, then run again");
    const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
    expect(await user.ssh(`test -b ${device} && { findmnt --source $(readlink -f ${device}) || echo nowhere; }`)).toBe(
      "nowhere",
    );
  });

  step("the next deploy heals it, and every byte is there", async () => {
    await user.deploy("ec2");
    await stillThere();
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("the machine was terminated by hand: the next deploy logs in to no dead address", async () => {
    const gone = await instanceId();
    await user.ssh("sync");
    await user.aws("ec2", "terminate-instances", "--instance-ids", gone);
    await user.aws("ec2", "wait", "instance-terminated", "--instance-ids", gone);
    const said = await user.deploy("ec2");
    expect(said).not.toContain("terraform_data.data_unmount: Destroying");
    expect(await instanceId()).not.toBe(gone);
    await stillThere();
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("a login shell that starts on the volume does not block the destroy", async () => {
    await user.ssh("sed -i '1i cd /data/work' ~/.bashrc");
    expect(await user.ssh("pwd")).toBe("/data/work");
    await user.destroy("ec2");
    await user.deploy("ec2");
    await stillThere();
  });

  step(
    "at destroy, something that cannot be killed holds the volume: the destroy fails, and nothing is detached",
    async () => {
      await user.ssh("truncate --size 1M /data/disk");
      const loop = await attachLoop(await machineFile(await instanceId(), "/data/disk"));
      const said = await fails("destroy");
      await execa("losetup", ["--detach", loop]);
      expect(said).toMatch(/unmount-data-volume: vol-\w+ is still mounted at \/data; in use by /);
      await stillThere();
    },
  );

  step("at destroy, new processes use the volume again and again: it fails, and names who starts them", async () => {
    await user.ssh("nohup bash -c 'cd /; while :; do tail -f /data/work/large; done' >/dev/null 2>&1 &");
    const said = await fails("destroy");
    await user.ssh("pkill --signal KILL --full '[w]hile :'");
    expect(said).toMatch(
      /vol-\w+ is still mounted at \/data; in use by tail \(pid \d+, .*\), which bash \(pid \d+, user admin\) starts again and again/,
    );
    await stillThere();
  });

  step("at destroy, the machine cannot be reached: nothing is detached, and the volume stays mounted", async () => {
    await user.ssh("sudo systemd-run --on-active=1 --timer-property=AccuracySec=100ms systemctl stop ssh.service");
    await until("no login", async () => (await user.trySsh("true")).exitCode !== 0);
    const said = await fails("destroy", { SSH_CONNECT_TIMEOUT_SEC: "10" });
    expect(said).toMatch(/timeout|connection refused/i);
    expect(said).toContain(
      "Logs in to unmount. If nothing answers, the machine is stopped or gone: end this with Ctrl-C, then start the " +
        "machine as npm run open does, or run the command with WORKBENCH_EC2_UNMOUNT_OVER_SSH=false.",
    );
    const [volume] = (await user.aws("ec2", "describe-volumes", "--volume-ids", volumeId)).Volumes;
    expect(volume.State).toBe("in-use");
    const leader = await leaderOf(volume.Attachments[0].InstanceId);
    expect(readFileSync(`/proc/${leader}/mountinfo`, "utf8")).toMatch(/ \/data .* - ext4 /);
    const { stdout } = await execa("bash", ["-c", checksumsOf(`/proc/${leader}/root/data/work`)]);
    expect(stdout).toBe(sums);
  });

  step(
    "a machine that stays unreachable is stopped, which unmounts the volume; the next machine finds every byte",
    async () => {
      await user.destroy("ec2", { EC2_UNMOUNT_OVER_SSH: "false" });
      await user.deploy("ec2");
      await stillThere();
    },
  );

  step(
    "one command destroys both, once ebs.preventDestroy is off: the machine first, and a snapshot stays",
    async () => {
      const unprotected = { EBS_PREVENT_DESTROY: "false" };
      const said = await user.mustCdktf("destroy", ["ec2", "ebs"], unprotected);
      expect(said.indexOf("aws_instance.machine: Destruction complete")).toBeGreaterThan(0);
      expect(said.indexOf("aws_instance.machine: Destruction complete")).toBeLessThan(
        said.indexOf("aws_ebs_volume.data_volume: Destroying"),
      );
      expect(await accountContents(user)).toEqual([expect.stringMatching(/^snap-/)]);
    },
  );
});

/** The path of a machine's file on this computer, seen with the machine's own mounts. */
async function machineFile(instanceId: string, file: string): Promise<string> {
  return `/proc/${await leaderOf(instanceId)}/root${file}`;
}

async function attachLoop(file: string): Promise<string> {
  return (await execa("losetup", ["--find", "--show", file])).stdout;
}
