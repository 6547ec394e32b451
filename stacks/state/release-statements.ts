import type { AllowStatement } from "../../modules/access/policy-documents";
import type { DeployerScope } from "./deployer-statements";

/**
 * What a release needs: it pushes an image, registers a revision of a task definition, updates the service, follows it,
 * and writes parameters. All names begin with the project, so the statements serve the `ecs` stacks of all its
 * environments. Which resources and condition keys an action has: AWS's Service Authorization Reference (read 2026-11).
 */
export function releaseStatements({ partition, project }: Omit<DeployerScope, "bucketArn">): AllowStatement[] {
  const arn = (service: string, resource: string): string => `arn:${partition}:${service}:*:*:${resource}`;
  const cluster = `${project}-*-ecs`;
  const taskDefinitions = arn("ecs", `task-definition/${project}-*`);
  return [
    // A login belongs to the whole registry. What it opens is in the next statement.
    { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
    {
      actions: [
        ...["BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"],
        ...["BatchGetImage", "DescribeImages"],
      ].map((action) => `ecr:${action}`),
      resources: [arn("ecr", `repository/${project}-*`)],
    },
    { actions: ["ecs:DescribeServices"], resources: [arn("ecs", `service/${cluster}/*`)] },
    {
      actions: ["ecs:UpdateService"],
      resources: [arn("ecs", `service/${cluster}/*`)],
      conditions: {
        // Another project's task definition brings the roles and the secrets of that project, and nobody passes them.
        // An update that names no task definition keeps the service's own.
        ArnLikeIfExists: { "ecs:task-definition": taskDefinitions },
        // Whoever has another role could open a shell in the container.
        StringNotEquals: { "ecs:enable-execute-command": "true" },
      },
    },
    { actions: ["ecs:DescribeTasks"], resources: [arn("ecs", `task/${cluster}/*`)] },
    {
      // The resource is `*` unless the request names a container instance. Source: cdklabs/construct-hub#1207.
      actions: ["ecs:ListTasks"],
      resources: ["*"],
      conditions: { ArnLike: { "ecs:cluster": arn("ecs", `cluster/${cluster}`) } },
    },
    {
      actions: ["ecs:RegisterTaskDefinition"],
      resources: [taskDefinitions],
      // The key is absent when no container says anything about it.
      conditions: { StringNotEquals: { "ecs:privileged": "true" } },
    },
    // A revision has the tags of the one before.
    { actions: ["ecs:ListTagsForResource"], resources: [taskDefinitions] },
    {
      actions: ["ecs:TagResource"],
      resources: [taskDefinitions],
      conditions: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
    },
    // These have neither resource types nor condition keys, so they concern the revisions of the whole account.
    {
      actions: ["DescribeTaskDefinition", "ListTaskDefinitions", "DeregisterTaskDefinition"].map(
        (action) => `ecs:${action}`,
      ),
      resources: ["*"],
    },
    {
      actions: ["iam:PassRole"],
      resources: [`arn:${partition}:iam::*:role/${project}-*`],
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    {
      actions: ["ssm:GetParameter", "ssm:PutParameter"],
      resources: ["image", "release"].map((name) => arn("ssm", `parameter/${project}-*/ecs/*/${name}`)),
    },
    {
      actions: ["logs:GetLogEvents"],
      resources: [arn("logs", `log-group:/${project}-*/*`)],
    },
    // Secrets Manager adds a dash and six characters to a secret's name.
    {
      actions: ["secretsmanager:GetSecretValue"],
      resources: [arn("secretsmanager", `secret:${project}-*-release-webhook-??????`)],
    },
  ];
}
