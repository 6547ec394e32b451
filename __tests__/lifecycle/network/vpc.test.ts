/**
 * @memory 600 MiB
 * @minutes 2
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { TerraformOutput } from "cdktf";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { ownAccountEndpointPolicy } from "../../../modules/network/endpoint-policy";
import { everyPort, tcp } from "../../../modules/network/port";
import { SecurityGroup } from "../../../modules/network/security-group";
import { type Nat, Vpc } from "../../../modules/network/vpc";
import { projectRoot } from "../../../scripts/support/project";
import { type Build, writeStack } from "../../modules/synthesize-module";
import { accountContents } from "../leftovers";
import { story } from "../steps";
import { Workbench } from "../workbench";

/** Two zones with one between them. */
const twoZones = ["eu-west-1a", "eu-west-1c"];

/** A VPC with flow logs, an endpoint of each kind, and a security group that may use both. */
const vpcWith =
  (nat: Nat, zones = twoZones): Build =>
  (stack) => {
    const vpc = new Vpc(stack, "vpc", {
      name: "story",
      cidrBlock: { value: "10.20.0.0/16", setting: "vpc.cidrBlock" },
      availabilityZones: { value: zones, setting: "vpc.availabilityZones" },
      nat,
    });
    const policy = ownAccountEndpointPolicy(new DataAwsCallerIdentity(stack, "caller").accountId);
    const s3 = vpc.addGatewayEndpoint("s3", policy);
    const ssm = vpc.addInterfaceEndpoint("ssm", policy);
    const machines = new SecurityGroup(stack, "machines", { name: "story-machines", description: "Machines", vpc });
    machines.allowFrom(machines, everyPort, "Each other");
    machines.allowTo(s3, tcp(443), "Packages");
    machines.allowTo(ssm.securityGroup, tcp(443), "Systems Manager");
    ssm.allowFrom(machines, "Systems Manager");
    new TerraformOutput(stack, "vpc_id", { value: vpc.vpcId });
  };

describe("a VPC", () => {
  let user: Workbench;
  const step = story();
  const terraform = async (...args: readonly string[]): Promise<void> => {
    const { exitCode, output } = await user.terraformAgain(args, "vpc");
    if (exitCode !== 0) throw new Error(`terraform ${args.join(" ")} ended with ${exitCode}:\n${output}`);
  };
  const deploy = async (build: Build): Promise<void> => {
    const state = path.resolve(path.dirname(user.stateFile("vpc")), "..");
    writeStack("vpc", build, { outdir: user.outdir, values: { STATE_DIRECTORY: path.relative(projectRoot, state) } });
    if (!existsSync(path.join(user.outdir, "stacks", "vpc", ".terraform"))) await terraform("init", "-input=false");
    await terraform("apply", "-auto-approve");
    // Exit code 2: the plan would change something.
    await terraform("plan", "-detailed-exitcode");
  };
  const natGateways = (): Promise<string[]> =>
    user.aws(
      ...["ec2", "describe-nat-gateways", "--filter", "Name=state,Values=available"],
      ...["--query", "NatGateways[].NatGatewayId"],
    );

  beforeAll(async () => {
    user = await Workbench.start();
  });
  afterAll(() => user?.end());

  step("is deployed with one NAT gateway, flow logs and endpoints, and its plan is then empty", async () => {
    await deploy(vpcWith("single"));
    expect(await natGateways()).toHaveLength(1);
  });

  step("gets a NAT gateway for each zone, keeps its first one, and its plan is then empty", async () => {
    const [first] = await natGateways();
    await deploy(vpcWith("one-per-zone"));
    const gateways = await natGateways();
    expect(gateways).toHaveLength(2);
    expect(gateways).toContain(first);
  });

  step("gets a zone between two others, loses it again and reorders the rest, while the others stay", async () => {
    const subnets = async (): Promise<string[]> => {
      const { vpc_id } = await user.outputs("vpc");
      const inVpc = ["--filters", `Name=vpc-id,Values=${vpc_id}`];
      return user.aws("ec2", "describe-subnets", ...inVpc, "--query", "sort_by(Subnets, &CidrBlock)[].SubnetId");
    };
    const before = await subnets();
    await deploy(vpcWith("one-per-zone", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]));
    expect(await subnets()).toHaveLength(6);
    expect(await subnets()).toEqual(expect.arrayContaining(before));
    await deploy(vpcWith("one-per-zone", ["eu-west-1c", "eu-west-1a"]));
    expect(await subnets()).toEqual(before);
  });

  step("loses a rule that somebody adds to its default security group", async () => {
    const { vpc_id } = await user.outputs("vpc");
    const [group = ""]: string[] = await user.aws(
      ...["ec2", "describe-security-groups", "--filters", `Name=vpc-id,Values=${vpc_id}`],
      ...["Name=group-name,Values=default", "--query", "SecurityGroups[].GroupId"],
    );
    const rules = (): Promise<unknown[]> =>
      user.aws(
        ...["ec2", "describe-security-group-rules", "--filters", `Name=group-id,Values=${group}`],
        ...["--query", "SecurityGroupRules"],
      );
    expect(await rules()).toEqual([]);
    const open = ["--protocol", "tcp", "--port", "22", "--cidr", "0.0.0.0/0"];
    await user.aws("ec2", "authorize-security-group-ingress", "--group-id", group, ...open);
    await terraform("apply", "-auto-approve");
    expect(await rules()).toEqual([]);
  });

  step("leaves nothing when it is destroyed", async () => {
    await terraform("destroy", "-auto-approve");
    expect(await accountContents(user)).toEqual([]);
  });
});
