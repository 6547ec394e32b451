import { expect, it } from "vitest";
import { TaskRole } from "../../../modules/access/task-role";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { resource } = synthesizeModule((stack) => {
  new TaskRole(stack, "task_role", {
    name: "workbench-task",
    description: "What the task may do on AWS",
    partition: "aws",
    region: "eu-west-1",
    accountId: "123456789012",
    statements: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::data/*"] }],
  });
});

it("trusts ECS for tasks of its own account and region alone", () => {
  const { assume_role_policy } = only(resource, "aws_iam_role");
  expect(JSON.parse(assume_role_policy).Statement).toEqual([
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Condition: {
        StringEquals: { "aws:SourceAccount": "123456789012" },
        ArnLike: { "aws:SourceArn": "arn:aws:ecs:eu-west-1:123456789012:*" },
      },
    },
  ]);
});

it("may do what it was given", () => {
  expect(only(resource, "aws_iam_role_policy").policy).toContain('"s3:GetObject"');
});
