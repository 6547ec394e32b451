/**
 * @module-tag first-boot
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { accountContents } from "../leftovers";
import { killUnanswered } from "../lost-answer";
import { describeWithMachines } from "../machines";
import { unwrapped } from "../said";
import { story } from "../steps";
import type { Workbench } from "../workbench";
import { ArchiveUser } from "./archive-user";

const [page, pageOfData] = ["archive", "archive-data"].map((stack) =>
  readFileSync(path.join(import.meta.dirname, "..", "..", "example", stack, "README.md"), "utf8"),
) as [string, string];

/** The page's commands, by the type in an ARN. What is in another one goes first. */
const commandsOfEc2: Readonly<Record<string, readonly string[]>> = {
  instance: ["ec2", "terminate-instances", "--instance-ids"],
  "vpc-endpoint": ["ec2", "delete-vpc-endpoints", "--vpc-endpoint-ids"],
  "security-group": ["ec2", "delete-security-group", "--group-id"],
  "vpc-flow-log": ["ec2", "delete-flow-logs", "--flow-log-ids"],
  subnet: ["ec2", "delete-subnet", "--subnet-id"],
  "route-table": ["ec2", "delete-route-table", "--route-table-id"],
  vpc: ["ec2", "delete-vpc", "--vpc-id"],
};

/** The page's commands for what has a fixed name, by its type in an address. */
const commandsByType: Readonly<Record<string, readonly string[]>> = {
  aws_iam_role: ["iam", "delete-role", "--role-name"],
  aws_iam_instance_profile: ["iam", "delete-instance-profile", "--instance-profile-name"],
  aws_cloudwatch_log_group: ["logs", "delete-log-group", "--log-group-name"],
  aws_ssm_parameter: ["ssm", "delete-parameter", "--name"],
};

/** The commands of the page of the data's stack. */
const commandsOfData = {
  aws_dlm_lifecycle_policy: ["dlm", "delete-lifecycle-policy", "--policy-id"],
  aws_iam_role: ["iam", "delete-role", "--role-name"],
  aws_secretsmanager_secret: ["secretsmanager", "delete-secret", "--force-delete-without-recovery", "--secret-id"],
};

/** A call's action, and a parameter of it. */
type LostCall = readonly [action: string, about?: string];

/**
 * Terraform is killed when AWS has just made something that no state has. The page of the example says what a second run
 * then does, how to find what is left, and how to go on. These are its commands.
 */
describeWithMachines("what AWS makes for a deploy that is killed", () => {
  let archive: ArchiveUser;
  let user: Workbench;
  let ofItsData: readonly string[];
  let sums: readonly string[];
  const step = story();
  const name = "workbench-local-archive";
  const killDeployOf = async (stack: string, calls: readonly LostCall[]): Promise<void> => {
    // Writes and initializes the stack.
    await user.terraform(["validate"], stack);
    await killUnanswered(user, { stack, calls: calls.map(([action, about]) => ({ action, about })) });
  };
  const kill = (...calls: readonly LostCall[]): Promise<void> => killDeployOf("archive", calls);
  /** What the page's command lists, as `vpc/vpc-…`, without the root volumes of hosts. */
  const left = async (): Promise<string[]> => {
    const [, command = ""] = /```sh\n(state=[^`]+)```/.exec(page) ?? [];
    const { output } = await user.bash(
      command.replaceAll("cdktf.out", user.outdir).replace("Values=default", "Values=local"),
    );
    const lines = output.split("\n").filter((line) => line !== "" && !line.includes(":volume/"));
    return lines.map((arn) => arn.split(":").slice(5).join(":"));
  };
  const idOf = (arn: string): string => arn.slice(arn.indexOf("/") + 1);
  /** Deploys, and returns what the deploy says is taken. */
  const refused = async (stack: string): Promise<Record<string, string>> => {
    const { exitCode, output } = await user.terraform(["apply", "-auto-approve"], stack);
    expect(exitCode).toBe(1);
    return taken(output);
  };
  /** Names of what a deploy says is there already, by address. */
  const taken = (output: string): Record<string, string> => {
    const errors = unwrapped(output).split("Error: ");
    return Object.fromEntries(
      errors.flatMap((error) => {
        const [, found] = /^creating [\w ]+ \(([^)]+)\): .*already exists/.exec(error) ?? [];
        const [, address] = / with (aws_[\w.]+),/.exec(error) ?? [];
        return found === undefined || address === undefined ? [] : [[address, found]];
      }),
    );
  };
  const remove = async (
    found: Readonly<Record<string, string>>,
    commands: Readonly<Record<string, readonly string[]>> = commandsByType,
  ): Promise<void> => {
    for (const [address, id] of Object.entries(found)) {
      await user.aws(...(commands[address.split(".")[0] ?? ""] ?? []), id);
    }
  };
  /** Removes what the page's command lists. */
  const removeLeft = async (): Promise<void> => {
    const found = await left();
    for (const arn of found) if (arn.startsWith("security-group-rule/")) await revoke(idOf(arn));
    for (const [type, command] of Object.entries(commandsOfEc2)) {
      for (const arn of found) if (arn.startsWith(`${type}/`)) await user.aws(...command, idOf(arn));
    }
  };
  const revoke = async (rule: string): Promise<void> => {
    const ids = ["--security-group-rule-ids", rule];
    const { SecurityGroupRules } = await user.aws("ec2", "describe-security-group-rules", ...ids);
    const [{ GroupId, IsEgress }] = SecurityGroupRules;
    await user.aws("ec2", `revoke-security-group-${IsEgress ? "egress" : "ingress"}`, "--group-id", GroupId, ...ids);
  };

  beforeAll(async () => {
    archive = await ArchiveUser.start();
    user = archive.workbench;
  });
  afterAll(() => archive?.end());

  step("the page of the example has the commands of this story", async () => {
    for (const command of [...Object.values(commandsOfEc2), ...Object.values(commandsByType)]) {
      expect(page).toContain(`\`aws ${command.join(" ")} `);
    }
    for (const command of Object.values(commandsOfData)) {
      expect(pageOfData).toContain(`\`aws ${command.join(" ")} `);
    }
  });

  step("the role of the schedule and the key of the data: a second run fails with their names", async () => {
    const [role, key] = ["workbench-local-archive-data-snapshots", "workbench-local-archive-data-key"];
    await killDeployOf("archive-data", [["CreateRole", role], ["CreateSecret"]]);
    const found = await refused("archive-data");
    expect(Object.values(found).sort()).toEqual([key, role]);
    await remove(found, commandsOfData);
  });

  step("the schedule: a second run makes another one, and the page says which one to delete", async () => {
    const policies = () => user.aws("dlm", "get-lifecycle-policies", "--query", "Policies[].PolicyId");
    await killDeployOf("archive-data", [["POST", "/policies"]]);
    const [orphan = ""] = await policies();
    await user.deploy("archive-data");
    const address = "aws_dlm_lifecycle_policy.snapshot_schedule";
    const { output } = await user.terraformAgain(["state", "show", address], "archive-data");
    expect(await policies()).toHaveLength(2);
    expect(output).not.toContain(orphan);
    await remove({ [address]: orphan }, commandsOfData);
    expect((await user.plan("archive-data")).changes).toBe("");
    ofItsData = await accountContents(user);
  });

  step("a role, a log group, a parameter: a second run fails with their names, and goes on without them", async () => {
    await kill(["CreateVpc"], ["CreateRole", name], ["CreateLogGroup"], ["PutParameter"], ["PUT", name]);
    expect(await left()).toContainEqual(expect.stringMatching(/^vpc\/vpc-/));
    await removeLeft();
    for (const bucket of await user.aws("s3api", "list-buckets", "--query", "Buckets[].Name")) {
      expect((await user.bash(`aws s3 rb s3://${bucket}`)).exitCode).toBe(0);
    }
    const found = await refused("archive");
    expect(found).toMatchObject({
      "aws_iam_role.role": name,
      "aws_cloudwatch_log_group.vpc_flow_logs_group": `/${name}-flow-logs`,
      "aws_ssm_parameter.title": "/workbench-local/archive/title",
    });
    await remove(found);
  });

  step("an instance profile: the same", async () => {
    await kill(["CreateInstanceProfile"]);
    const found = await refused("archive");
    expect(found).toMatchObject({ "aws_iam_instance_profile.role_profile": name });
    await remove(found);
    await removeLeft();
  });

  step("a host: a second run makes another one, and the first one is found by its tags", async () => {
    await kill(["RunInstances"]);
    const [orphan = "", ...others] = await left();
    expect([orphan, ...others]).toEqual([expect.stringMatching(/^instance\/i-/)]);
    await user.deploy("archive");
    await archive.untilStarted(1);
    expect(await archive.instanceId()).not.toBe(idOf(orphan));
    expect(await left()).toEqual([orphan]);
    await removeLeft();
    expect((await user.plan("archive")).changes).toBe("");
    await archive.writeFiles();
    sums = await archive.checksums();
    await user.destroy("archive");
    expect(await accountContents(user)).toEqual(ofItsData);
  });

  step("an interface endpoint: AWS refuses a second one until the first one is gone", async () => {
    await kill(["CreateVpcEndpoint", "Interface"]);
    expect(await left()).toContainEqual(expect.stringMatching(/^vpc-endpoint\/vpce-/));
    const { exitCode, output } = await user.terraform(["apply", "-auto-approve"], "archive");
    expect(exitCode).toBe(1);
    expect(unwrapped(output)).toContain("there is already a conflicting DNS domain");
    await removeLeft();
    await user.deploy("archive");
    await archive.untilEveryByte(sums);
    expect((await user.plan("archive")).changes).toBe("");
    await user.destroy("archive");
    expect(await accountContents(user)).toEqual(ofItsData);
  });
});
