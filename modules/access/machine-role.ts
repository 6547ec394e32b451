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
  /** AWS partition of the account, such as `aws` or `aws-cn`: the second part of every ARN. */
  readonly partition: string;
  /** Managed policies beside Systems Manager's. @default none */
  readonly managedPolicyArns?: readonly string[];
  /** Further permissions. @default none */
  readonly statements?: readonly AllowStatement[];
}

/** The role of an EC2 instance: Systems Manager, and what the settings add. */
export class MachineRole extends Construct {
  /** What hands the role to a machine. */
  readonly instanceProfile: IamInstanceProfile;
  /** What has to exist for as long as the machine does: the permissions, which Terraform would take away before it is gone. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: MachineRoleProps) {
    super(scope, id);
    const role = new IamRole(this, "this", {
      name: props.name,
      description: "What the development machine may do on AWS",
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
 * Terraform address part for a policy, from its ARN alone, so that no other policy in the list can change it: the name of a
 * policy of AWS's; account and name of a customer's, which may have the name of one of AWS's.
 */
function policyName(arn: string): string {
  const account = arn.split(":")[4];
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  const unique = account === "aws" ? name : `${account}_${name}`;
  return unique.replace(/[^\w-]/g, (sign) => `_x${sign.charCodeAt(0).toString(16)}_`);
}
