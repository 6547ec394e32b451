import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { describe, expect, it } from "vitest";
import { assumeRolePolicy } from "../../../modules/access/policy-documents";
import { Role, type RoleProps } from "../../../modules/access/role";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const task: RoleProps = {
  name: "workbench-task",
  description: "What the task may do on AWS",
  trustPolicy: assumeRolePolicy("ecs-tasks.amazonaws.com"),
};

const made = (props: Partial<RoleProps> = {}, use: (role: Role) => void = () => {}) =>
  synthesizeModule((stack) => use(new Role(stack, "task_role", { ...task, ...props }))).resource;

describe("Role", () => {
  it("trusts whom its policy names, and may do nothing by itself", () => {
    const resource = made();
    expect(only(resource, "aws_iam_role")).toMatchObject({ name: task.name, assume_role_policy: task.trustPolicy });
    expect(resource).not.toHaveProperty("aws_iam_role_policy");
    expect(resource).not.toHaveProperty("aws_iam_role_policy_attachment");
  });

  it("attaches each managed policy once", () => {
    const arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    const attachment = only(made({ managedPolicyArns: [arn, arn] }), "aws_iam_role_policy_attachment");
    expect(attachment).toMatchObject({ role: "${aws_iam_role.task_role.name}", policy_arn: arn });
  });

  it("keeps to its path", () => {
    expect(only(made({ path: "/deployer/" }), "aws_iam_role").path).toBe("/deployer/");
  });

  it("has a name that IAM takes", () => {
    expect(only(made({ name: "a".repeat(65) }), "aws_iam_role").name).toMatch(/^a{55}-[0-9a-f]{8}$/);
  });

  it("gets a policy of its own for each grant, with what was granted alone", () => {
    const resource = made(
      { statements: [{ actions: ["s3:ListBucket"], resources: ["arn:aws:s3:::data"] }] },
      (role) => {
        role.allow("read_data", [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::data/*"] }]);
        role.allow("write_logs", [{ actions: ["logs:PutLogEvents"], resources: ["*"] }]);
      },
    );
    const policies = Object.entries(resource["aws_iam_role_policy"] ?? {}).map(([id, { name, role, policy }]) => {
      return [id, name, role, JSON.parse(policy).Statement];
    });
    const role = "${aws_iam_role.task_role.name}";
    expect(policies).toEqual([
      [
        "task_role_read_data",
        "read_data",
        role,
        [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::data/*"] }],
      ],
      [
        "task_role_statements",
        task.name,
        role,
        [{ Effect: "Allow", Action: ["s3:ListBucket"], Resource: ["arn:aws:s3:::data"] }],
      ],
      [
        "task_role_write_logs",
        "write_logs",
        role,
        [{ Effect: "Allow", Action: ["logs:PutLogEvents"], Resource: ["*"] }],
      ],
    ]);
  });

  it("fills in the ARN of an object, and leaves a policy's own variables to IAM", () => {
    const { resource } = synthesizeModule((stack) => {
      const { arn } = new SecretsmanagerSecret(stack, "secret", {});
      new Role(stack, "task_role", task).allow("read", [
        { actions: ["secretsmanager:GetSecretValue"], resources: [arn] },
        { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::data/${aws:PrincipalTag/Team}/*"] },
      ]);
    });
    const { policy } = only(resource, "aws_iam_role_policy");
    expect(policy).toContain('"Resource":["${aws_secretsmanager_secret.secret.arn}"]');
    expect(policy).toContain('"Resource":["arn:aws:s3:::data/$${aws:PrincipalTag/Team}/*"]');
  });

  it("fails for two grants of one name", () => {
    const twice = (role: Role): void => {
      role.allow("read_data", []);
      role.allow("read_data", []);
    };
    expect(() => made({}, twice)).toThrow("There is already a Construct with name 'read_data'");
  });
});
