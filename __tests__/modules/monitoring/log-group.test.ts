import { expect, it } from "vitest";
import { Role } from "../../../modules/access/role";
import { LogGroup } from "../../../modules/monitoring/log-group";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { resource } = synthesizeModule((stack) => {
  const group = new LogGroup(stack, "couchdb_logs", {
    name: "/test/couchdb",
    holds: "what it says",
    retentionDays: 30,
  });
  group.grantWrite(new Role(stack, "role", { name: "role", description: "A host's", trustPolicy: "{}" }));
});

it("keeps its lines as long as wanted, and says what they are", () => {
  expect(only(resource, "aws_cloudwatch_log_group")).toMatchObject({
    name: "/test/couchdb",
    retention_in_days: 30,
    tags: { Name: "/test/couchdb", Holds: "what it says" },
  });
});

it("lets a role write lines to it, and make no group", () => {
  const { name, policy } = only(resource, "aws_iam_role_policy");
  expect(name).toBe("write_couchdb_logs");
  expect(JSON.parse(policy).Statement).toEqual([
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: ["${aws_cloudwatch_log_group.couchdb_logs.arn}:*"],
    },
  ]);
});
