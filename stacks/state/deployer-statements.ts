import type { AllowStatement } from "../../modules/access/policy-documents";

/** Whose deployer it is. */
export interface DeployerScope {
  /** AWS partition of the account: the second part of every ARN. */
  readonly partition: string;
  /** Value of `project`: the beginning of the names of all roles, and of all keys in the state bucket. */
  readonly project: string;
  /** ARN of the state bucket. */
  readonly bucketArn: string;
}

/**
 * What a plan reads in addition to the settings of resources: states, scripts for machines, parameters, and what AWS
 * publishes.
 */
export function planStatements({ partition, project, bucketArn }: DeployerScope): AllowStatement[] {
  return [
    { actions: ["s3:ListBucket"], resources: [bucketArn] },
    { actions: ["s3:GetObject"], resources: [`${bucketArn}/${project}/*`] },
    // Archives of scripts, which are named by their hashes. Terraform reads an object's headers.
    {
      actions: ["s3:GetObject", "s3:GetObjectTagging"],
      resources: [`arn:${partition}:s3:::${project}-*/${"?".repeat(64)}.tar`],
    },
    {
      actions: ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:ListTagsForResource"],
      resources: [`arn:${partition}:ssm:*:*:parameter/${project}-*`, `arn:${partition}:ssm:*::parameter/aws/service/*`],
    },
    { actions: ["ssm:DescribeParameters"], resources: ["*"] },
    // A generated secret draws a password for every plan, and uses it only to make a version.
    { actions: ["secretsmanager:GetRandomPassword"], resources: ["*"] },
  ];
}

/**
 * What a deploy needs of IAM, which PowerUserAccess leaves out: the roles of the project's stacks. Their names begin
 * with the project, and they have no path.
 *
 * @param permissionsBoundaryArn boundary without which no role can be made, or get a right. @default none needed
 */
export function deployStatements(
  { partition, project }: DeployerScope,
  permissionsBoundaryArn?: string,
): AllowStatement[] {
  const roles = [`arn:${partition}:iam::*:role/${project}-*`];
  return [
    {
      actions: [
        ...["CreateRole", "PutRolePermissionsBoundary", "AttachRolePolicy", "DetachRolePolicy"],
        ...["PutRolePolicy", "DeleteRolePolicy"],
      ].map(iam),
      resources: roles,
      // These are all the actions with this condition that concern a role.
      ...(permissionsBoundaryArn !== undefined && {
        conditions: { StringEquals: { "iam:PermissionsBoundary": permissionsBoundaryArn } },
      }),
    },
    {
      actions: [
        ...["GetRole", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "DeleteRole"],
        ...["TagRole", "UntagRole", "ListRoleTags", "ListInstanceProfilesForRole"],
        ...["GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies", "PassRole"],
      ].map(iam),
      resources: roles,
    },
    {
      actions: [
        ...["CreateInstanceProfile", "GetInstanceProfile", "DeleteInstanceProfile"],
        ...["AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"],
        ...["TagInstanceProfile", "UntagInstanceProfile", "ListInstanceProfileTags"],
      ].map(iam),
      resources: [`arn:${partition}:iam::*:instance-profile/${project}-*`],
    },
  ];
}

function iam(action: string): string {
  return `iam:${action}`;
}
