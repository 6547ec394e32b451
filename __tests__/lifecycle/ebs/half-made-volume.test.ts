/**
 * @module-tag ebs
 * @memory 600 MiB
 * @minutes 2
 */
import path from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { cutOff, processesIn } from "../cut-off";
import { unwrapped } from "../said";
import { story } from "../steps";
import { until } from "../until";
import { Workbench } from "../workbench";

/** A deploy is cut off while it makes the volume. The next deploy goes on with that volume and never makes a second. */
describe("a volume whose making is cut off", () => {
  let owner: Workbench;
  const step = story();
  const when = "aws_ebs_volume.data_volume: Creating";
  const volumes = (user: Workbench): Promise<string[]> =>
    user.aws(
      "ec2",
      "describe-volumes",
      "--filters",
      `Name=tag:Project,Values=${user.settings["PROJECT"]}`,
      "--query",
      "Volumes[].VolumeId",
    );
  /** Deploys again; expects the half-made volume and no other. */
  const goesOn = async (user: Workbench, made: readonly string[]) => {
    await user.mustCdktf("deploy", "ebs");
    expect(await volumes(user)).toEqual(made);
    expect((await user.outputs("ebs"))["volume_id"]).toBe(made[0]);
    expect((await user.plan("ebs")).changes).toBe("");
  };

  beforeAll(async () => {
    owner = await Workbench.start();
  });
  afterAll(() => owner?.end());

  step("interrupted (SIGINT) while AWS makes it: its protection and the documented command keep it", async () => {
    const user = owner.another("made");
    const ended = await cutOff(user, { stack: "ebs", when, made: () => volumes(user), signal: "SIGINT" });
    expect(ended.exitCode).not.toBe(0);
    const made = await volumes(user);
    expect(made).toHaveLength(1);
    const refused = await user.terraform(["apply", "-auto-approve"], "ebs");
    expect(refused.exitCode).toBe(1);
    expect(unwrapped(refused.output)).toContain("aws_ebs_volume.data_volume has lifecycle.prevent_destroy set");
    expect((await user.terraform(["untaint", "aws_ebs_volume.data_volume"], "ebs")).exitCode).toBe(0);
    await goesOn(user, made);
  });

  step("terminal closed (SIGHUP) while AWS makes it: Terraform goes on to the end, and saves its state", async () => {
    const user = owner.another("closed");
    const ended = await cutOff(user, { stack: "ebs", when, made: () => volumes(user), signal: "SIGHUP" });
    expect(ended.exitCode).not.toBe(0);
    await until("Terraform's end", async () => processesIn(path.join(user.outdir, "stacks", "ebs")).length === 0);
    expect((await user.plan("ebs")).changes).toBe("");
    expect(await volumes(user)).toHaveLength(1);
  });

  step("killed (SIGKILL) while AWS makes it: the next deploy adopts it", async () => {
    const user = owner.another("killed");
    await cutOff(user, { stack: "ebs", when, made: () => volumes(user), signal: "SIGKILL" });
    const made = await volumes(user);
    expect(made).toHaveLength(1);
    expect((await user.plan("ebs")).changes).toContain("1 to import");
    await goesOn(user, made);
  });

  step("a colleague with the same names and another state neither adopts it nor makes a second one", async () => {
    const colleague = owner.another("killed");
    const { exitCode, output } = await colleague.terraform(["apply", "-auto-approve"], "ebs");
    expect(exitCode).toBe(1);
    expect(unwrapped(output)).toContain("Role with name killed-local-snapshots already exists");
    const known = await colleague.terraform(["state", "list"], "ebs");
    expect(known.exitCode).toBe(0);
    expect(known.output.split("\n")).not.toContain("aws_ebs_volume.data_volume");
    expect(await volumes(colleague)).toHaveLength(1);
  });

  step("state lost: once its tag `Complete` is removed, as documented, the next deploy adopts it", async () => {
    const user = owner.another("killed");
    const [volume = ""] = await volumes(user);
    const role = ["--role-name", "killed-local-snapshots"];
    await user.aws("ec2", "delete-tags", "--resources", volume, "--tags", "Key=Complete");
    const policies = await user.aws(
      "dlm",
      "get-lifecycle-policies",
      "--query",
      "Policies[?contains(Description, 'killed')].PolicyId",
    );
    for (const policy of policies) await user.aws("dlm", "delete-lifecycle-policy", "--policy-id", policy);
    const attached = await user.aws(
      "iam",
      "list-attached-role-policies",
      ...role,
      "--query",
      "AttachedPolicies[].PolicyArn",
    );
    for (const arn of attached) await user.aws("iam", "detach-role-policy", ...role, "--policy-arn", arn);
    await user.aws("iam", "delete-role", ...role);
    await goesOn(user, [volume]);
    expect((await user.terraform(["state", "show", "aws_ebs_volume.data_volume"], "ebs")).output).toMatch(
      /final_snapshot\s+= true/,
    );
  });
});
