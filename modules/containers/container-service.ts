import type { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import type { Instance } from "@cdktf/provider-aws/lib/instance";
import type { ITerraformDependable, Precondition } from "cdktf";
import { Construct } from "constructs";
import { type AllowStatement, assumeRolePolicy, readSecretStatements } from "../access/policy-documents";
import { Role } from "../access/role";
import { TaskRole } from "../access/task-role";
import { dependLate } from "../late-dependencies";
import { LogGroup } from "../monitoring/log-group";
import { terraformLiteral } from "../terraform-literal";
import { type ContainerProps, containerDefinition } from "./container-definition";
import { patienceMin } from "./patience";

/** Properties of a service. */
export interface ContainerServiceProps {
  /** Name of the service. */
  readonly name: string;
  /** Family of its task definitions, and name of its role. */
  readonly family: string;
  /** Name of its log group. */
  readonly logGroup: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly cluster: EcsCluster;
  /** The one host that may run it. */
  readonly instance: Instance;
  /** The containers of its task. Another image, or any other change, is a deployment. */
  readonly containers: readonly ContainerProps[];
  /** How many tasks it wants: 1, or 0 for none yet. */
  readonly taskCount: number;
  /** What its programs may do on AWS. @default nothing */
  readonly statements?: readonly AllowStatement[];
  /** Customer managed KMS keys that encrypt its secrets. @default none */
  readonly secretsKeyArns?: readonly string[];
  readonly logRetentionDays: number;
  /** Conditions to check before the service is made or changed. @default none */
  readonly preconditions?: readonly Precondition[];
  /** Resources that must exist as long as the service does. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * An ECS service of one task on one host, with roles and a log group of its own.
 *
 * A deployment ends the old task before it starts the new one: both would use the same ports and files. One that fails
 * goes back to the last that worked. ECS reports that as a success, so a condition compares the revision that runs with
 * the one asked for.
 */
export class ContainerService extends Construct {
  readonly service: EcsService;
  /** What its programs act as. */
  readonly taskRole: Role;
  /** What ECS acts as for it: it pulls images, reads secrets and writes logs. */
  readonly executionRole: Role;

  constructor(scope: Construct, id: string, props: ContainerServiceProps) {
    super(scope, id);
    const { name, family, cluster, instance, containers, region } = props;
    this.taskRole = new TaskRole(this, "role", {
      name: family,
      description: `What the programs of ${name} may do on AWS`,
      partition: props.partition,
      region,
      accountId: props.accountId,
      statements: props.statements,
    });
    this.executionRole = new Role(this, "execution_role", {
      name: `${family}-execution`,
      description: `Lets ECS pull the image of ${name}, read its secrets and write its log`,
      trustPolicy: assumeRolePolicy("ecs-tasks.amazonaws.com"),
      statements: secretStatements(containers, props.secretsKeyArns ?? []),
    });
    const logs = new LogGroup(this, "logs", {
      name: props.logGroup,
      holds: `What the containers of ${name} print`,
      retentionDays: props.logRetentionDays,
    });
    logs.grantWrite(this.executionRole);

    const folders = [
      ...new Set(containers.flatMap(({ mounts = [] }) => mounts.map(({ hostPath }) => hostPath))),
    ].sort();
    const volumeOf = (hostPath: string): string => `folder-${folders.indexOf(hostPath)}`;
    const log = { group: logs.name, region };
    const taskDefinition = new EcsTaskDefinition(this, "task", {
      family,
      networkMode: "bridge",
      requiresCompatibilities: ["EC2"],
      taskRoleArn: this.taskRole.arn,
      executionRoleArn: this.executionRole.arn,
      containerDefinitions: terraformLiteral(
        JSON.stringify(containers.map((container) => containerDefinition(container, log, volumeOf))),
      ),
      volume: folders.map((hostPath) => ({ name: volumeOf(hostPath), hostPath })),
      // A deployment that fails goes back to the revision before, which must still be there.
      skipDestroy: true,
      // A release registers revisions, too. The newest is the one that runs.
      trackLatest: true,
      tags: { Name: family },
    });
    const conditions = props.preconditions ?? [];
    this.service = new EcsService(this, "this", {
      name,
      cluster: cluster.arn,
      taskDefinition: taskDefinition.arn,
      launchType: "EC2",
      desiredCount: props.taskCount,
      deploymentMinimumHealthyPercent: 0,
      deploymentMaximumPercent: 100,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      // Another host is only another constraint, and ECS heeds that from the next deployment on.
      forceNewDeployment: true,
      placementConstraints: [{ type: "memberOf", expression: `ec2InstanceId == ${instance.id}` }],
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
      timeouts: { create: `${patienceMin(containers)}m`, update: `${patienceMin(containers)}m` },
      tags: { Name: family },
      lifecycle: {
        precondition: conditions.length > 0 ? [...conditions] : undefined,
        postcondition: [
          {
            condition: `\${self.task_definition == ${taskDefinition.fqn}.arn}`,
            errorMessage:
              `${name}: expected the revision \${${taskDefinition.fqn}.arn}, got \${self.task_definition}: the new one did not ` +
              "start, so ECS went back to the one before. What it printed is in the log group " +
              `${props.logGroup}; \`aws ecs describe-services --cluster ${cluster.name} --services ${name} ` +
              `--region ${region}\` has the events. Correct the image or the settings, and deploy again.`,
          },
        ],
      },
    });
    dependLate(this.service, () => [...this.taskRole.ready, ...this.executionRole.ready, ...(props.dependsOn ?? [])]);
  }
}

/** Statements that allow to read the secrets of some containers, whichever key encrypts them. */
function secretStatements(containers: readonly ContainerProps[], keyArns: readonly string[]): AllowStatement[] {
  const arns = new Set(containers.flatMap(({ secrets = {} }) => Object.values(secrets)));
  return [...arns].flatMap((arn) => {
    // An ARN may go on with the key of a JSON object, a version stage and a version.
    const secretArn = arn.split(":").slice(0, 7).join(":");
    return [
      ...readSecretStatements(secretArn),
      ...keyArns.flatMap((key) => readSecretStatements(secretArn, key).slice(1)),
    ];
  });
}
