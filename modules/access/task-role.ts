import type { Construct } from "constructs";
import { assumeRolePolicy } from "./policy-documents";
import { Role, type RoleProps } from "./role";

/** What the containers of an ECS task may do on AWS. */
export interface TaskRoleProps extends Omit<RoleProps, "trustPolicy" | "path"> {
  /** AWS partition of the account, such as `aws` or `aws-cn`: the second part of every ARN. */
  readonly partition: string;
  /** Region of the tasks. */
  readonly region: string;
  /** Account of the tasks. */
  readonly accountId: string;
}

/**
 * The role of the containers of an ECS task. ECS gives it to tasks of this account and region alone, so that nobody
 * else's task gets it through ECS. Source: "Amazon ECS task IAM role", AWS (read 2026-11). AWS describes no such
 * condition for the role with which ECS itself starts a task (the execution role): make that one a plain `Role`.
 */
export class TaskRole extends Role {
  constructor(scope: Construct, id: string, { partition, region, accountId, ...props }: TaskRoleProps) {
    const trustPolicy = assumeRolePolicy("ecs-tasks.amazonaws.com", {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:${partition}:ecs:${region}:${accountId}:*` },
    });
    super(scope, id, { ...props, trustPolicy });
  }
}
