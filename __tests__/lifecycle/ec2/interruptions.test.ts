/**
 * @module-tag ebs
 * @module-tag ec2
 * @memory 1000 MiB
 * @minutes 6
 */
import { afterAll, beforeAll, expect } from "vitest";
import { cutOff } from "../cut-off";
import { checksums, mounted, writeFiles } from "../data";
import { accountContents } from "../leftovers";
import { describeWithMachines } from "../machines";
import { story } from "../steps";
import { Workbench } from "../workbench";

/** A command is cut off half-way. The user runs it again and finds every byte. */
describeWithMachines("what can be cut off", () => {
  let user: Workbench;
  let sums: string;
  const step = story();
  const stillThere = async () => {
    await mounted(user);
    expect(await checksums(user, "work")).toBe(sums);
  };
  /** Machines in AWS. If a deploy is cut off before AWS answers, no state has its machine (stacks/ec2/README.md). */
  const machines = (): Promise<string[]> =>
    user.aws(
      "ec2",
      "describe-instances",
      "--query",
      "Reservations[].Instances[?State.Name!='terminated'].InstanceId[]",
    );

  beforeAll(async () => {
    user = await Workbench.start();
    await user.deploy("ebs");
    await user.deploy("ec2");
    sums = await writeFiles(user, "work");
  });
  afterAll(() => user?.end());

  step("a deploy is interrupted (SIGINT) while the machine is made; run again, it ends well", async () => {
    await user.destroy("ec2");
    const { exitCode } = await cutOff(user, {
      stack: "ec2",
      when: "aws_instance.machine: Creating",
      made: machines,
      signal: "SIGINT",
    });
    expect(exitCode).not.toBe(0);
    await user.mustCdktf("deploy", "ec2");
    await stillThere();
    expect((await user.plan("ec2")).changes).toBe("");
    expect((await accountContents(user)).filter((name) => name.startsWith("i-"))).toHaveLength(1);
  });

  step("a deploy is killed (SIGKILL) while it mounts; run again, it ends well", async () => {
    await user.destroy("ec2");
    await cutOff(user, { stack: "ec2", when: "terraform_data.data_mount: Creating", signal: "SIGKILL" });
    await user.mustCdktf("deploy", "ec2");
    await stillThere();
    expect((await user.plan("ec2")).changes).toBe("");
  });

  step("a destroy is killed (SIGKILL) while it unmounts; run again, it ends well", async () => {
    await cutOff(user, {
      stack: "ec2",
      verb: "destroy",
      when: "terraform_data.data_unmount: Destroying",
      signal: "SIGKILL",
    });
    await user.mustCdktf("destroy", "ec2");
    await user.deploy("ec2");
    await stillThere();
  });

  step("the local AWS is killed (SIGKILL); started again, the machine is back with every byte", async () => {
    const before = await user.bootId();
    await user.crashLocalAws();
    await user.startAgain();
    await user.waitForBoot(before);
    await stillThere();
    expect((await user.plan("ec2")).changes).toBe("");
  });
});
