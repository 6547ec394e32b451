import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { venvPython } from "../../../scripts/setup/python-env";
import { projectRoot } from "../../../scripts/support/project";
import { synthesize } from "../synthesize";

/** What is asked: an action on a resource, with the values of condition keys. */
interface Request {
  readonly action: string;
  /** ARN of a type that the action has, or `*` if it has none. Source: Service Authorization Reference (read 2026-11). */
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

const region = "eu-west-1:123456789012";
const repository = `arn:aws:ecr:${region}:repository`;
const service = `arn:aws:ecs:${region}:service`;
const task = `arn:aws:ecs:${region}:task`;
const cluster = `arn:aws:ecs:${region}:cluster`;
const definition = `arn:aws:ecs:${region}:task-definition`;
const role = "arn:aws:iam::123456789012:role";
const parameter = `arn:aws:ssm:${region}:parameter`;
const logs = `arn:aws:logs:${region}:log-group`;
const secret = `arn:aws:secretsmanager:${region}:secret`;

const toTasks = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
const tagsNew = { "ecs:CreateAction": "RegisterTaskDefinition" };
const ownRevision = { "ecs:task-definition": `${definition}/workbench-local-web:8` };

/** An action, a resource, and values of condition keys. */
type Row = readonly [string, string, Readonly<Record<string, string>>?];

const allowed: readonly Row[] = [
  // Push.
  ["ecr:GetAuthorizationToken", "*"],
  ["ecr:BatchCheckLayerAvailability", `${repository}/workbench-local-web`],
  ["ecr:InitiateLayerUpload", `${repository}/workbench-local-web`],
  ["ecr:UploadLayerPart", `${repository}/workbench-local-web`],
  ["ecr:CompleteLayerUpload", `${repository}/workbench-local-web`],
  ["ecr:PutImage", `${repository}/workbench-local-web`],
  ["ecr:PutImage", `${repository}/workbench-production-grand-central`],
  ["ecr:BatchGetImage", `${repository}/workbench-local-couchdb`],
  ["ecr:DescribeImages", `${repository}/workbench-local-web`],
  // Register.
  ["ecs:DescribeTaskDefinition", "*"],
  ["ecs:ListTaskDefinitions", "*"],
  ["ecs:ListTagsForResource", `${definition}/workbench-local-web:7`],
  ["ecs:RegisterTaskDefinition", `${definition}/workbench-local-web:*`],
  ["ecs:RegisterTaskDefinition", `${definition}/workbench-local-web:*`, { "ecs:privileged": "false" }],
  ["ecs:TagResource", `${definition}/workbench-local-web:*`, tagsNew],
  ["iam:PassRole", `${role}/workbench-local-web`, toTasks],
  ["iam:PassRole", `${role}/workbench-local-web-execution`, toTasks],
  ["ecs:DeregisterTaskDefinition", "*"],
  // Update and follow.
  ["ecs:DescribeServices", `${service}/workbench-local-ecs/web`],
  ["ecs:UpdateService", `${service}/workbench-local-ecs/web`, ownRevision],
  ["ecs:UpdateService", `${service}/workbench-production-ecs/couchdb`, ownRevision],
  ["ecs:UpdateService", `${service}/workbench-local-ecs/web`],
  [
    "ecs:UpdateService",
    `${service}/workbench-local-ecs/web`,
    { ...ownRevision, "ecs:enable-execute-command": "false" },
  ],
  ["ecs:ListTasks", "*", { "ecs:cluster": `${cluster}/workbench-local-ecs` }],
  ["ecs:DescribeTasks", `${task}/workbench-local-ecs/0123456789abcdef`],
  ["logs:GetLogEvents", `${logs}:/workbench-local/web:log-stream:web/web/0123456789abcdef`],
  // Record, lock, tell.
  ["ssm:GetParameter", `${parameter}/workbench-local/ecs/web/image`],
  ["ssm:PutParameter", `${parameter}/workbench-local/ecs/web/image`],
  ["ssm:GetParameter", `${parameter}/workbench-local/ecs/grand-central/release`],
  ["ssm:PutParameter", `${parameter}/workbench-production/ecs/web/release`],
  ["secretsmanager:GetSecretValue", `${secret}:workbench-local-release-webhook-a1B2c3`],
];

const denied: readonly Row[] = [
  // What no release asks for.
  ["ecr:GetDownloadUrlForLayer", `${repository}/workbench-local-web`],
  ["logs:FilterLogEvents", `${logs}:/workbench-local/web:*`],
  ["ssm:GetParameterHistory", `${parameter}/workbench-local/ecs/web/image`],
  // Images: other repositories, and what takes images away or opens them.
  ["ecr:PutImage", `${repository}/other-local-web`],
  ["ecr:PutImage", `${repository}/workbench`],
  ["ecr:PutImage", `${repository}/workbenches-local-web`],
  ["ecr:BatchGetImage", `${repository}/other-local-web`],
  ["ecr:BatchDeleteImage", `${repository}/workbench-local-web`],
  ["ecr:DeleteRepository", `${repository}/workbench-local-web`],
  ["ecr:CreateRepository", `${repository}/workbench-local-new`],
  ["ecr:SetRepositoryPolicy", `${repository}/workbench-local-web`],
  ["ecr:PutImageTagMutability", `${repository}/workbench-local-web`],
  ["ecr:PutLifecyclePolicy", `${repository}/workbench-local-web`],
  // Services: those of others, and everything but an update.
  ["ecs:UpdateService", `${service}/other-local-ecs/web`, ownRevision],
  ["ecs:UpdateService", `${service}/workbench-local-batch/web`, ownRevision],
  ["ecs:UpdateService", `${service}/default/workbench-local-ecs`, ownRevision],
  [
    "ecs:UpdateService",
    `${service}/workbench-local-ecs/web`,
    { "ecs:task-definition": `${definition}/other-local-web:3` },
  ],
  ["ecs:UpdateService", `${service}/workbench-local-ecs/web`, { ...ownRevision, "ecs:enable-execute-command": "true" }],
  ["ecs:DescribeServices", `${service}/other-local-ecs/web`],
  ["ecs:CreateService", `${service}/workbench-local-ecs/new`, ownRevision],
  ["ecs:DeleteService", `${service}/workbench-local-ecs/web`],
  ["ecs:UpdateCluster", `${cluster}/workbench-local-ecs`],
  ["ecs:DeleteCluster", `${cluster}/workbench-local-ecs`],
  ["ecs:TagResource", `${service}/workbench-local-ecs/web`, tagsNew],
  // Tasks.
  ["ecs:RunTask", `${definition}/workbench-local-web:7`],
  ["ecs:StartTask", `${definition}/workbench-local-web:7`],
  ["ecs:StopTask", `${task}/workbench-local-ecs/0123456789abcdef`],
  ["ecs:ExecuteCommand", `${task}/workbench-local-ecs/0123456789abcdef`],
  ["ecs:DescribeTasks", `${task}/other-local-ecs/0123456789abcdef`],
  ["ecs:ListTasks", "*", { "ecs:cluster": `${cluster}/other-local-ecs` }],
  ["ecs:ListTasks", "*", { "ecs:cluster": `${cluster}/workbench-local` }],
  ["ecs:ListTasks", "*"],
  // Task definitions.
  ["ecs:RegisterTaskDefinition", `${definition}/other-local-web:*`],
  ["ecs:RegisterTaskDefinition", `${definition}/workbench-local-web:*`, { "ecs:privileged": "true" }],
  ["ecs:DeleteTaskDefinitions", `${definition}/workbench-local-web:7`],
  ["ecs:TagResource", `${definition}/workbench-local-web:7`],
  ["ecs:TagResource", `${definition}/other-local-web:*`, tagsNew],
  ["ecs:ListTagsForResource", `${definition}/other-local-web:7`],
  // Roles.
  ["iam:PassRole", `${role}/workbench-local-web`, { "iam:PassedToService": "ec2.amazonaws.com" }],
  ["iam:PassRole", `${role}/workbench-local-web`, { "iam:PassedToService": "lambda.amazonaws.com" }],
  ["iam:PassRole", `${role}/workbench-local-web`],
  ["iam:PassRole", `${role}/other-local-web`, toTasks],
  ["iam:PassRole", `${role}/deployer/workbench-local-deploy`, toTasks],
  ["iam:PutRolePolicy", `${role}/workbench-local-web`],
  ["iam:AttachRolePolicy", `${role}/deployer/workbench-local-release`],
  ["iam:UpdateAssumeRolePolicy", `${role}/deployer/workbench-local-release`],
  ["iam:CreateRole", `${role}/workbench-local-new`],
  ["sts:AssumeRole", `${role}/deployer/workbench-local-deploy`],
  // Parameters: neither another name, nor the end of one.
  ["ssm:PutParameter", `${parameter}/workbench-local/ecs/web/image/more`],
  ["ssm:PutParameter", `${parameter}/workbench-local/ecs/web/settings`],
  ["ssm:PutParameter", `${parameter}/workbench-local/archive/image`],
  ["ssm:PutParameter", `${parameter}/other-local/ecs/web/image`],
  ["ssm:GetParameter", `${parameter}/workbench-local/archive/title`],
  ["ssm:GetParameter", `${parameter}/other-local/ecs/web/release`],
  ["ssm:DeleteParameter", `${parameter}/workbench-local/ecs/web/image`],
  ["ssm:SendCommand", "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"],
  ["ssm:StartSession", "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"],
  // Logs.
  ["logs:FilterLogEvents", `${logs}:/other-local/web:*`],
  ["logs:GetLogEvents", `${logs}:/other-local/web:log-stream:web/web/0123456789abcdef`],
  ["logs:FilterLogEvents", `${logs}:/aws/lambda/workbench-local:*`],
  ["logs:PutLogEvents", `${logs}:/workbench-local/web:log-stream:web/web/0123456789abcdef`],
  ["logs:DeleteLogGroup", `${logs}:/workbench-local/web:*`],
  // Secrets.
  ["secretsmanager:GetSecretValue", `${secret}:workbench-local-ecs-data-couchdb-password-a1B2c3`],
  ["secretsmanager:GetSecretValue", `${secret}:other-local-release-webhook-a1B2c3`],
  ["secretsmanager:GetSecretValue", `${secret}:workbench-local-release-webhook-of-others-a1B2c3`],
  ["secretsmanager:PutSecretValue", `${secret}:workbench-local-release-webhook-a1B2c3`],
  // Everything else.
  ["ec2:DescribeInstances", "*"],
  ["ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"],
  ["ec2:DeleteVolume", "arn:aws:ec2:eu-west-1:123456789012:volume/vol-0123456789abcdef0"],
  ["s3:ListBucket", "arn:aws:s3:::workbench-local-state-123456789012"],
  ["s3:GetObject", "arn:aws:s3:::workbench-local-state-123456789012/workbench/local/ecs.tfstate"],
  ["s3:PutObject", "arn:aws:s3:::workbench-local-ecs-123456789012/file"],
  ["kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"],
  ["sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:workbench-local_web_orders"],
];

const describeRow = ([action, resource, context = {}]: Row): string =>
  [action, resource, ...Object.entries(context).map(([key, value]) => `${key}=${value}`)].join(" ");

const rows = [
  ...allowed.map((row) => ({ row, says: describeRow(row), expected: true })),
  ...denied.map((row) => ({ row, says: describeRow(row), expected: false })),
];

/** The policy of the role as it is deployed, evaluated by the local AWS. */
describe("the role that releases", () => {
  const { resource } = synthesize("state", { STATE_DEPLOYER_REPOSITORY: "octocat/data" });
  const { policy } = resource["aws_iam_role_policy"]?.["release_role_statements"] ?? {};
  let decisions: ReadonlyMap<string, boolean | undefined>;

  beforeAll(async () => {
    const requests: Request[] = rows.map(({ row: [action, on, context = {}] }) => ({ action, resource: on, context }));
    const { stdout } = await execa(venvPython, [join(__dirname, "decide_requests.py")], {
      env: { PYTHONPATH: join(projectRoot, "scripts/local-aws"), PYTHONDONTWRITEBYTECODE: "1" },
      input: JSON.stringify({ policy, requests }),
    });
    const decided: boolean[] = JSON.parse(stdout);
    decisions = new Map(rows.map(({ says }, index) => [says, decided[index]]));
  });

  it.each(rows.filter(({ expected }) => expected))("may: $says", ({ says }) => {
    expect(decisions.get(says)).toBe(true);
  });

  it.each(rows.filter(({ expected }) => !expected))("may not: $says", ({ says }) => {
    expect(decisions.get(says)).toBe(false);
  });

  it("has no action that this table leaves out", () => {
    const actions = JSON.parse(policy).Statement.flatMap(({ Action }: { Action: string[] }) => Action);
    expect([...actions].sort()).toEqual([...new Set(allowed.map(([action]) => action))].sort());
  });

  it("has no other policy", () => {
    const ofRole = "${aws_iam_role.release_role.name}";
    const attached = Object.values(resource["aws_iam_role_policy_attachment"] ?? {});
    const inline = Object.values(resource["aws_iam_role_policy"] ?? {});
    expect(attached.filter((each) => each.role === ofRole)).toEqual([]);
    expect(inline.filter((each) => each.role === ofRole)).toHaveLength(1);
  });
});
