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

/** What a plan reads in addition to the settings of resources: states, and what AWS publishes. */
export function planStatements({ partition, project, bucketArn }: DeployerScope): AllowStatement[] {
  return [
    { actions: ["s3:ListBucket"], resources: [bucketArn] },
    { actions: ["s3:GetObject"], resources: [`${bucketArn}/${project}/*`] },
    { actions: ["ssm:GetParameter"], resources: [`arn:${partition}:ssm:*::parameter/aws/service/*`] },
    // A generated secret draws a password for every plan, and uses it only to make a version.
    { actions: ["secretsmanager:GetRandomPassword"], resources: ["*"] },
  ];
}

/**
 * What a deploy needs of IAM, which PowerUserAccess leaves out: the roles of the project's stacks. Their names begin
 * with the project, and they have no path.
 */
export function deployStatements({ partition, project }: DeployerScope): AllowStatement[] {
  return [
    {
      actions: [
        ...["CreateRole", "GetRole", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "DeleteRole"],
        ...["TagRole", "UntagRole", "ListRoleTags", "ListInstanceProfilesForRole"],
        ...["PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy", "ListRolePolicies"],
        ...["AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies", "PassRole"],
      ].map(iam),
      resources: [`arn:${partition}:iam::*:role/${project}-*`],
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
