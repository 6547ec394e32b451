import { describe, expect, it } from "vitest";
import { DeployerRole } from "../../../modules/access/deployer-role";
import { GithubOidcProvider } from "../../../modules/access/github-oidc-provider";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { resource } = synthesizeModule((stack) => {
  new DeployerRole(stack, "deploy_role", {
    name: "workbench-deploy",
    description: "Deploys",
    provider: new GithubOidcProvider(stack, "github", { partition: "aws" }),
    subjects: ["repo:octocat/data:ref:refs/heads/main"],
    statements: [{ actions: ["ec2:RunInstances"], resources: ["*"] }],
  });
});
const role = only(resource, "aws_iam_role");

describe("DeployerRole", () => {
  it("trusts tokens of GitHub alone, for AWS alone, with exactly these subjects", () => {
    expect(JSON.parse(role.assume_role_policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: "${aws_iam_openid_connect_provider.github.arn}" },
        Condition: {
          StringEquals: {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": ["repo:octocat/data:ref:refs/heads/main"],
          },
        },
      },
    ]);
  });

  it("has a path that no role of a stack has", () => {
    expect(role.path).toBe("/deployer/");
  });

  it("may do what it is given", () => {
    expect(JSON.parse(only(resource, "aws_iam_role_policy").policy).Statement).toEqual([
      { Effect: "Allow", Action: ["ec2:RunInstances"], Resource: ["*"] },
    ]);
  });
});
