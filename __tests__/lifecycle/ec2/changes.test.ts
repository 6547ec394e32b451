/**
 * @module-tag ebs
 * @module-tag ec2
 * @memory 1000 MiB
 * @minutes 6
 */
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { sshKeyFile } from "../../../scripts/setup/ssh-key";
import { temporaryFolder } from "../../temporary-folder";
import { checksums, mounted, writeFiles } from "../data";
import { accountContents } from "../leftovers";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import { unattended } from "../tunnel";
import { Workbench } from "../workbench";
import { type SshAgent, startSshAgent } from "./ssh-agent";

const makeKey = (file: string) => execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);

/** A user changes settings while there is data. Each step says what that does to the machine; every byte stays. */
describeWithMachines("settings that change while a machine runs", () => {
  let user: Workbench;
  let sums: string;
  let instance: string;
  let folder: string;
  let agent: SshAgent;
  const step = story();
  const instanceId = async () => (await user.outputs("ec2"))["instance_id"] ?? "";
  const stillThere = async () => {
    await mounted(user);
    expect(await checksums(user, "work")).toBe(sums);
  };

  const volumes = (): Promise<string[]> =>
    user.aws(
      "ec2",
      "describe-volumes",
      "--query",
      "Volumes[?Tags[?Key=='Holds' || Value=='workbench-local-data']].VolumeId",
    );
  const rename = (volume: string | undefined, name: string) =>
    user.aws("ec2", "create-tags", "--resources", volume ?? "", "--tags", `Key=Name,Value=${name}`);

  beforeAll(async () => {
    folder = temporaryFolder("workbench-keys-");
    user = await Workbench.start();
    const others = Array.from({ length: 6 }, (_, index) => path.join(folder, `other${index}`));
    for (const file of others) await makeKey(file);
    agent = await startSshAgent(folder, [...others, sshKeyFile(user.session.localAws.home)]);
    user.sshAgent = agent.socket;
    user.settings = { SSH_PRIVATE_KEY_FILE: "", SSH_PORT: "22", EC2_MOUNT_FILE_SYSTEM: "ext4" };
  });
  afterAll(async () => {
    await agent?.end();
    await user?.end();
  });

  step(
    "one command deploys both stacks in an empty account: through an SSH agent whose seventh key it is, at port 22, with ext4",
    async () => {
      expect(await accountContents(user)).toEqual([]);
      const said = await user.mustCdktf("deploy", ["ebs", "ec2"]);
      expect(said.indexOf("aws_ebs_volume.data_volume: Creation complete")).toBeGreaterThan(0);
      expect(said.indexOf("aws_ebs_volume.data_volume: Creation complete")).toBeLessThan(
        said.indexOf("aws_instance.machine: Creating"),
      );
      expect((await mounted(user)).kind).toBe("ext4");
      sums = await writeFiles(user, "work");
      instance = await instanceId();
      // Proof that the machine's sshd does not let anybody try seven keys.
      const { address } = await user.outputs("ec2");
      const tried = await user.bash(`ssh ${unattended.join(" ")} -F none admin@${address} true`);
      expect(tried.output).toContain("Too many authentication failures");
    },
  );

  step("an agent without the machine's key is refused before Terraform starts", async () => {
    const publicKeyFile = path.join(folder, "stranger.pub");
    await makeKey(path.join(folder, "stranger"));
    const { exitCode, output } = await user.cdktf("deploy", ["ec2"], { SSH_PUBLIC_KEY_FILE: publicKeyFile });
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain(
      `ssh.publicKeyFile: expected the SSH agent to have the key of ${publicKeyFile}, since Terraform logs in with it ` +
        "to mount the data volume, got one with 7 other keys; run ssh-add",
    );
    expect(output).not.toContain("Initializing");
  });

  step("a workspace of Terraform's is refused: WORKBENCH_ENV chooses an environment", async () => {
    const sentence = /expected (no workspace but default|"default"), got "dev", /;
    const cdktf = await user.bash("TF_WORKSPACE=dev npx cdktf diff ebs");
    expect(cdktf.exitCode).not.toBe(0);
    expect(unwrapped(cdktf.output)).toMatch(sentence);
    await user.plan("ebs");
    const folders = path.join(user.outdir, "stacks", "ebs");
    const terraform = await user.bash(`cd ${folders} && terraform workspace new dev >&2 && terraform plan`);
    await user.bash(`cd ${folders} && terraform workspace select default && terraform workspace delete dev`);
    expect(terraform.exitCode).toBe(1);
    expect(unwrapped(terraform.output)).toMatch(sentence);
    expect((await user.plan("ebs")).changes).toBe("");
  });

  step("cdktf synth, list, diff and output work as in any CDKTF project", async () => {
    const stacks = "ebs, ec2, ecs, ecs-data, state";
    expect(await user.mustCdktf("synth", [])).toContain(`Generated Terraform code for the stacks: ${stacks}`);
    expect(await user.mustCdktf("list", [])).toMatch(/^ebs\s.*^ec2\s.*^state\s/ms);
    expect(await user.mustCdktf("diff", "ec2")).toContain("No changes. Your infrastructure matches the configuration.");
    const { address, ssh = "" } = await user.outputs("ec2");
    expect(ssh).toMatch(/^ssh -o HostKeyAlias=i-\w+ .* -L 20000:localhost:20000 -L 20001:localhost:20001 admin@/);
    expect(ssh.endsWith(`admin@${address}`)).toBe(true);
    expect(unwrapped(await user.mustCdktf("output", "ec2"))).toContain(`ssh = ${ssh}`);
  });

  step("another ssh.allowFrom changes only the security group's rules", async () => {
    user.settings["SSH_ALLOW_FROM"] = "[203.0.113.7/32, 198.18.0.0/15]";
    const { changes } = await user.plan("ec2");
    expect(changes).toContain("aws_vpc_security_group_ingress_rule.ssh_access_from_203_0_113_7_32 will be created");
    expect(changes).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
    await user.deploy("ec2");
    expect(await instanceId()).toBe(instance);
    await stillThere();
  });

  step(
    "ebs without protection: every plan fails while a machine has the volume, with cdktf and with plain Terraform",
    async () => {
      const unprotected = { EBS_PREVENT_DESTROY: "false" };
      const refusal =
        /ebs\.preventDestroy: expected true while a machine has the data volume vol-\w+, got false, so nothing was changed; set it back to true, or run `npm run local -- npx cdktf destroy ec2` first/;
      const [volume] = await volumes();
      // Under its own Name tag, and under another.
      for (const name of ["workbench-local-data", "renamed"]) {
        await rename(volume, name);
        expect((await user.cdktf("destroy", ["ebs"], unprotected)).exitCode).not.toBe(0);
        for (const plan of [["plan"], ["plan", "-destroy"]]) {
          expect(unwrapped((await user.terraformAgain(plan, "ebs", unprotected)).output)).toMatch(refusal);
        }
      }
      await rename(volume, "workbench-local-data");
      // stacks/ebs/README.md names these two options, with which Terraform reads nothing from AWS.
      for (const option of ["-refresh=false", "-target=aws_ebs_volume.data_volume"]) {
        const { output } = await user.terraformAgain(["plan", "-destroy", option], "ebs", unprotected);
        expect(output).toContain("aws_ebs_volume.data_volume will be destroyed");
      }
      expect((await accountContents(user)).filter((name) => name.startsWith("snap-"))).toEqual([]);
      // The destroy has also written ec2's folder: plain Terraform finds nothing to change there.
      expect((await user.terraformAgain(["plan", "-detailed-exitcode"], "ec2")).exitCode).toBe(0);
      expect((await user.plan("ebs")).changes).toBe("");
      await stillThere();
    },
  );

  step("a change that needs another volume is refused, protected or not, and makes no snapshot", async () => {
    const elsewhere = { AWS_AVAILABILITY_ZONE: "eu-west-1b" };
    expect((await user.cdktf("deploy", ["ebs"], elsewhere)).exitCode).not.toBe(0);
    for (const values of [elsewhere, { ...elsewhere, EBS_PREVENT_DESTROY: "false" }]) {
      expect(unwrapped((await user.terraform(["plan"], "ebs", values)).output)).toMatch(
        /aws\.availabilityZone: expected "eu-west-1a", as the data volume vol-\w+ has it, got "eu-west-1b"; AWS cannot change that on a volume: set it back, or retire the volume first\./,
      );
    }
    expect((await accountContents(user)).filter((name) => name.startsWith("snap-"))).toEqual([]);
    await stillThere();
  });

  step("another region is refused, and the state keeps the volume and the machine", async () => {
    const elsewhere = { AWS_REGION: "eu-west-3", AWS_AVAILABILITY_ZONE: "eu-west-3a" };
    for (const stack of ["ebs", "ec2"]) {
      const { exitCode, output } = await user.terraform(["apply", "-auto-approve"], stack, elsewhere);
      expect(exitCode).toBe(1);
      if (stack === "ebs") {
        expect(unwrapped(output)).toContain(
          "state: expected account 123456789012 and region eu-west-1, where stack ebs was deployed, " +
            "got account 123456789012 and region eu-west-3; go back to those credentials and aws.region",
        );
      }
      expect((await user.plan(stack)).changes).toBe("");
    }
  });

  step(
    "another mount point, with a /tmp that runs nothing and a strict umask: unmounted there, mounted here",
    async () => {
      await user.ssh("sudo mount -t tmpfs -o noexec,mode=1777 tmpfs /tmp && sed -i '1i umask 077' ~/.bashrc");
      await user.deploy("ec2", { EC2_MOUNT_MOUNT_POINT: "/srv/some/where/work" });
      expect(await checksums(user, "work", "/srv/some/where/work")).toBe(sums);
      expect(await user.ssh("umask && stat --format %a /srv/some /srv/some/where")).toBe("0077\n755\n755");
      expect(await user.ssh("findmnt --noheadings --output TARGET /data || echo nothing")).toBe("nothing");
      await user.ssh("sed -i 1d ~/.bashrc");
      await user.deploy("ec2");
      expect(await instanceId()).toBe(instance);
      await stillThere();
    },
  );

  step("a key file in place of the SSH agent replaces nothing", async () => {
    const { SSH_PRIVATE_KEY_FILE: _, ...others } = user.settings;
    user.settings = others;
    user.sshAgent = undefined;
    await user.deploy("ec2");
    expect(await instanceId()).toBe(instance);
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("another ssh.port, and another key, replace the machine", async () => {
    const key = path.join(folder, "id_ed25519");
    await makeKey(key);
    const hostKeys = `-o UserKnownHostsFile=${path.join(folder, "known_hosts")} -o BatchMode=yes`;
    const loggedIn = async () =>
      (await user.bash((await user.outputs("ec2"))["ssh"]?.replace(/^ssh /, `ssh ${hostKeys} `).concat(" true") ?? ""))
        .exitCode;
    expect(await loggedIn()).toBe(0);
    const port = { SSH_PORT: "2200" };
    const newKey = { SSH_PUBLIC_KEY_FILE: `${key}.pub`, SSH_PRIVATE_KEY_FILE: key };
    for (const values of [port, newKey]) {
      const { output } = await user.terraform(["plan"], "ec2", values);
      expect(unwrapped(output)).toMatch(/aws_instance\.machine (must|will) be replaced/);
    }
    Object.assign(user.settings, port, newKey);
    const said = await user.deploy("ec2");
    // The old port closes only after the unmount, which needs it.
    expect(said.indexOf("terraform_data.data_unmount: Destruction complete")).toBeGreaterThan(0);
    expect(said.indexOf("terraform_data.data_unmount: Destruction complete")).toBeLessThan(
      said.indexOf("aws_vpc_security_group_ingress_rule.ssh_access_from_198_18_0_0_15: Modifying"),
    );
    expect(await instanceId()).not.toBe(instance);
    await stillThere();
    const { SSH_PRIVATE_KEY_FILE: _, ...oldKey } = user.settings;
    user.settings = oldKey;
    expect((await user.trySsh("true")).output).toContain("Permission denied (publickey)");
    user.settings = { ...oldKey, ...newKey };
    expect((await user.plan("ec2")).changes).toBe("");
    instance = await instanceId();
    // The new machine has the address of the old one, and a host key of its own.
    expect(await loggedIn()).toBe(0);
  });

  step("another volume replaces the machine, which would otherwise stay stopped", async () => {
    const [old = ""] = await volumes();
    const identifying =
      "{Key=Project,Value=workbench},{Key=Environment,Value=local},{Key=Name,Value=workbench-local-data}";
    const snapshot = await user.snapshot(old);
    const { VolumeId: restored } = await user.aws(
      ...["ec2", "create-volume", "--snapshot-id", snapshot, "--availability-zone", "eu-west-1a"],
      ...["--tag-specifications", `ResourceType=volume,Tags=[${identifying}]`],
    );
    await rename(old, "set-aside");
    await user.deploy("ec2");
    expect(await user.outputs("ec2")).toMatchObject({ data_volume_id: restored });
    expect(await instanceId()).not.toBe(instance);
    await stillThere();
    await rename(old, "workbench-local-data");
  });

  step("ec2 can be destroyed even when two volumes have its tags, or none has them any more", async () => {
    expect((await user.terraform(["plan"], "ec2")).output).toContain("data volume: expected one tagged");
    expect((await user.terraform(["plan", "-destroy"], "ec2")).exitCode).toBe(0);
    for (const volume of await volumes()) await rename(volume, "renamed");
    await user.mustCdktf("destroy", "ec2");
    expect((await accountContents(user)).filter((name) => name.startsWith("i-"))).toEqual([]);
  });
});
