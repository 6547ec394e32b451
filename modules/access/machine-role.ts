import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { terraformLiteral } from "../terraform-literal";
import { type AllowStatement, allowPolicy, assumeRolePolicy } from "./policy-documents";

/** What a machine may do on AWS. */
export interface MachineRoleProps {
  /** Name of the role and of the instance profile. */
  readonly name: string;
  /** What IAM says of the role. */
  readonly description: string;
  /** AWS partition of the account, such as `aws` or `aws-cn`: the second part of every ARN. */
  readonly partition: string;
  /** Managed policies in addition to Systems Manager's. @default none */
  readonly managedPolicyArns?: readonly string[];
  /** Further permissions. @default none */
  readonly statements?: readonly AllowStatement[];
}

/** The role of an EC2 instance: Systems Manager's policy, and the given policies and statements. */
export class MachineRole extends Construct {
  /** Gives the role to a machine. */
  readonly instanceProfile: IamInstanceProfile;
  /** The permissions. A machine must depend on them, or Terraform would remove them while the machine still runs. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: MachineRoleProps) {
    super(scope, id);
    const role = new IamRole(this, "this", {
      name: props.name,
      description: props.description,
      assumeRolePolicy: assumeRolePolicy("ec2.amazonaws.com"),
    });
    const systemsManager = `arn:${props.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`;
    const arns = new Set([systemsManager, ...(props.managedPolicyArns ?? [])]);
    const attachments = [...arns].map(
      (policyArn) => new IamRolePolicyAttachment(this, policyName(policyArn), { role: role.name, policyArn }),
    );
    const statements = props.statements ?? [];
    const inline = statements.length
      ? [
          new IamRolePolicy(this, "statements", {
            name: props.name,
            role: role.name,
            policy: terraformLiteral(allowPolicy(statements)),
          }),
        ]
      : [];
    this.ready = [...attachments, ...inline];
    this.instanceProfile = new IamInstanceProfile(this, "profile", { name: props.name, role: role.name });
  }
}

/**
 * Part of a policy attachment's Terraform address. It depends only on the ARN, so other policies in the list cannot
 * change it. For an AWS managed policy it is the name. For a customer managed one it is the account and the name, since
 * both kinds may have the same name.
 */
function policyName(arn: string): string {
  const account = arn.split(":")[4];
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  const unique = account === "aws" ? name : `${account}_${name}`;
  return unique.replace(/[^\w-]/g, (sign) => `_x${sign.charCodeAt(0).toString(16)}_`);
}
