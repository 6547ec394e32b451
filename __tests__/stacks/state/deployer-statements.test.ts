import { describe, expect, it } from "vitest";
import { type DeployerScope, deployStatements, planStatements } from "../../../stacks/state/deployer-statements";

const scope: DeployerScope = { partition: "aws-cn", project: "workbench", bucketArn: "arn:aws-cn:s3:::states" };

describe("planStatements", () => {
  it("read the project's states, and those alone", () => {
    const [list, read] = planStatements(scope);
    expect([list, read]).toEqual([
      { actions: ["s3:ListBucket"], resources: ["arn:aws-cn:s3:::states"] },
      { actions: ["s3:GetObject"], resources: ["arn:aws-cn:s3:::states/workbench/*"] },
    ]);
  });

  it.each([
    ["arn:aws-cn:ssm:cn-north-1:123456789012:parameter/workbench-mine/archive/title", "ssm:GetParameter", true],
    ["arn:aws-cn:ssm:cn-north-1:123456789012:parameter/other/archive/title", "ssm:GetParameter", false],
    ["arn:aws-cn:ssm:cn-north-1:123456789012:parameter/workbench-mine/ecs", "ssm:GetParametersByPath", true],
    ["arn:aws-cn:ssm:cn-north-1:123456789012:parameter/other/ecs", "ssm:GetParametersByPath", false],
    [`arn:aws-cn:s3:::workbench-mine-archive-1/${"0a".repeat(32)}.tar`, "s3:GetObject", true],
    ["arn:aws-cn:s3:::workbench-mine-archive-1/data.tar", "s3:GetObject", false],
  ])("read what a refresh reads and no data: %s with %s: %s", (arn, action, allowed) => {
    const patterns = planStatements(scope)
      .filter(({ actions }) => actions.includes(action))
      .flatMap(({ resources }) => resources)
      .map((pattern) => new RegExp(`^${pattern.replaceAll("?", ".").replaceAll("*", ".*")}$`));
    expect(patterns.some((pattern) => pattern.test(arn))).toBe(allowed);
  });

  it("change nothing, and read no value of a secret", () => {
    const actions = planStatements(scope).flatMap((statement) => statement.actions);
    expect(actions.filter((action) => !/^[a-z0-9]+:(Get|List|Describe)[A-Za-z]+$/.test(action))).toEqual([]);
    expect(actions).not.toContain("secretsmanager:GetSecretValue");
  });
});

describe("deployStatements", () => {
  const statements = deployStatements(scope);

  it.each([
    ["a role of the project", "arn:aws-cn:iam::123456789012:role/workbench-mine-machine", true],
    [
      "an instance profile of the project",
      "arn:aws-cn:iam::123456789012:instance-profile/workbench-mine-machine",
      true,
    ],
    ["a role of another project", "arn:aws-cn:iam::123456789012:role/workbenches-mine-machine", false],
    ["a deployer's role", "arn:aws-cn:iam::123456789012:role/deployer/workbench-mine-deploy", false],
    ["a user", "arn:aws-cn:iam::123456789012:user/workbench-mine", false],
  ])("concern %s: %s %s", (_, arn, concerned) => {
    const patterns = statements.flatMap(({ resources }) => resources);
    // In IAM, * also stands for slashes.
    const matches = patterns.some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(arn));
    expect(matches).toBe(concerned);
  });

  it("need a boundary for whatever gives a role a right, if the settings name one", () => {
    const limit = "arn:aws-cn:iam::123456789012:policy/limit";
    const limited = deployStatements(scope, limit).filter(({ conditions }) => conditions !== undefined);
    expect(limited.map(({ conditions }) => conditions)).toEqual([
      { StringEquals: { "iam:PermissionsBoundary": limit } },
    ]);
    const free = deployStatements(scope, limit)
      .filter(({ conditions }) => conditions === undefined)
      .flatMap(({ actions }) => actions);
    for (const action of ["CreateRole", "AttachRolePolicy", "PutRolePolicy", "PutRolePermissionsBoundary"]) {
      expect(free).not.toContain(`iam:${action}`);
    }
    expect(statements.some(({ conditions }) => conditions !== undefined)).toBe(false);
    expect(statements.flatMap(({ actions }) => actions)).not.toContain("iam:DeleteRolePermissionsBoundary");
  });

  it("name every action", () => {
    const actions = statements.flatMap((statement) => statement.actions);
    expect(actions.filter((action) => !/^iam:[A-Za-z]+$/.test(action))).toEqual([]);
    expect(actions).toContain("iam:PassRole");
  });
});
