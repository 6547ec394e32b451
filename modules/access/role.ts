import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { terraformLiteral } from "../terraform-literal";
import { type AllowStatement, allowPolicy } from "./policy-documents";
import { roleName } from "./role-name";

/** Somebody who can get permissions: a role, however it is made. */
export interface Grantee {
  /**
   * Allows more.
   *
   * @param id what the permission is for, such as `read_admin_password`: part of its Terraform address, and its name
   */
  allow(id: string, statements: readonly AllowStatement[]): void;
}

/** Who may assume a role, and what the role may do. */
export interface RoleProps {
  /** Name of the role; {@link roleName} shortens a long one. Changing this replaces the role. */
  readonly name: string;
  /** What IAM says of the role. */
  readonly description: string;
  /** JSON of the policy that says who may assume the role. */
  readonly trustPolicy: string;
  /** IAM path, which begins and ends with a slash. Changing this replaces the role. @default / */
  readonly path?: string;
  /** Managed policies. @default none */
  readonly managedPolicyArns?: readonly string[];
  /** Further permissions. @default none */
  readonly statements?: readonly AllowStatement[];
}

/** An IAM role: of a service, of an ECS task, or of somebody who signs in elsewhere. Other modules grant it more. */
export class Role extends Construct implements Grantee {
  /** The role itself. */
  readonly role: IamRole;
  private readonly permissions: ITerraformDependable[];

  constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id);
    this.role = new IamRole(this, "this", {
      name: roleName(props.name),
      description: props.description,
      path: props.path,
      assumeRolePolicy: terraformLiteral(props.trustPolicy),
    });
    const arns = new Set(props.managedPolicyArns);
    this.permissions = [...arns].map(
      (policyArn) => new IamRolePolicyAttachment(this, policyName(policyArn), { role: this.role.name, policyArn }),
    );
    const { statements = [] } = props;
    if (statements.length > 0) this.addPolicy("statements", props.name, statements);
  }

  /** ARN of the role. */
  get arn(): string {
    return this.role.arn;
  }

  /**
   * The permissions so far. Whatever acts as the role must depend on them, or Terraform would remove them while it still
   * runs. Other modules may grant more later: read them late, with `dependLate`.
   */
  get ready(): readonly ITerraformDependable[] {
    return [...this.permissions];
  }

  /** Each grant is an inline policy of its own, so that a plan shows what was granted, and to read what. */
  allow(id: string, statements: readonly AllowStatement[]): void {
    this.addPolicy(id, id, statements);
  }

  private addPolicy(id: string, name: string, statements: readonly AllowStatement[]): void {
    const policy = terraformLiteral(allowPolicy(statements));
    this.permissions.push(new IamRolePolicy(this, id, { name, role: this.role.name, policy }));
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
