import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import { checksums, mounted, writeFiles } from "./data";
import { accountContents } from "./leftovers";
import { describeWithMachines } from "./machines";
import { unwrapped } from "./said";
import { story } from "./steps";
import { Workbench } from "./workbench";

/** What a user changes while there is data: each says what it does to the machine, and every byte stays. */
describeWithMachines("settings that change on a living machine", () => {
  let user: Workbench;
  let sums: string;
  let instance: string;
  const step = story();
  const instanceId = async () => (await user.outputs("ec2"))["instance_id"] ?? "";
  const stillThere = async () => {
    await mounted(user);
    expect(await checksums(user, "work")).toBe(sums);
  };

  beforeAll(async () => {
    user = await Workbench.start();
    await user.must("deploy", "ebs");
    await user.must("deploy", "ec2");
    sums = await writeFiles(user, "work");
    instance = await instanceId();
  });
  afterAll(() => user?.end());

  step("another ssh.allowFrom changes the security group's rules alone", async () => {
    user.settings["SSH_ALLOW_FROM"] = "[203.0.113.7/32, 198.18.0.0/15]";
    const { changes } = await user.plan("ec2");
    expect(changes).toContain("aws_vpc_security_group_ingress_rule.ssh_access_from_203_0_113_7_32 will be created");
    expect(changes).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
    await user.must("deploy", "ec2");
    expect(await instanceId()).toBe(instance);
    await stillThere();
  });

  step("to retire ebs while a machine has the volume is refused, and takes no snapshot", async () => {
    const unprotected = { EBS_PREVENT_DESTROY: "false" };
    expect((await user.cdktf("destroy", ["ebs"], unprotected)).exitCode).not.toBe(0);
    expect(unwrapped((await user.terraformAgain(["plan", "-destroy"], "ebs", unprotected)).output)).toMatch(
      /a machine has the data volume vol-\w+, so nothing was destroyed; run `npx cdktf destroy ec2` first, or detach it/,
    );
    expect((await accountContents(user)).filter((name) => name.startsWith("snap-"))).toEqual([]);
    expect((await user.plan("ebs")).changes).toBe("");
    await stillThere();
  });

  step("another ssh.port, and another key, replace the machine", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "workbench-key-"));
    const key = path.join(folder, "id_ed25519");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const port = { SSH_PORT: "2200" };
    const newKey = { SSH_PUBLIC_KEY_FILE: `${key}.pub`, SSH_PRIVATE_KEY_FILE: key };
    for (const values of [port, newKey]) {
      const { output } = await user.terraform(["plan"], "ec2", values);
      expect(unwrapped(output)).toMatch(/aws_instance\.machine (must|will) be replaced/);
    }
    Object.assign(user.settings, port, newKey);
    const said = await user.must("deploy", "ec2");
    // Closed only then: the old port is needed to unmount.
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
    rmSync(folder, { recursive: true });
  });
});
