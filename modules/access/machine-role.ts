import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import type { Construct } from "constructs";
import { type AllowStatement, assumeRolePolicy } from "./policy-documents";
import { Role } from "./role";

/** What a machine may do on AWS. */
export interface MachineRoleProps {
  /** Name of the role and of the instance profile. */
  readonly name: string;
  /** What IAM says of the role. */
  readonly description: string;
  /** AWS partition of the account, such as `aws` or `aws-cn`: the second part of every ARN. */
  readonly partition: string;
  /**
   * Let Systems Manager manage the machine. Its policy also allows to read every parameter of the account. Use false
   * for a machine without its agent. @default true
   */
  readonly systemsManager?: boolean;
  /** Managed policies in addition to Systems Manager's. @default none */
  readonly managedPolicyArns?: readonly string[];
  /** Further permissions. @default none */
  readonly statements?: readonly AllowStatement[];
}

/** The role of an EC2 instance: Systems Manager's policy, the given policies and statements, and later grants. */
export class MachineRole extends Role {
  /** Gives the role to a machine. */
  readonly instanceProfile: IamInstanceProfile;

  constructor(scope: Construct, id: string, props: MachineRoleProps) {
    const { partition, systemsManager = true, managedPolicyArns = [] } = props;
    const ofSystemsManager = `arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`;
    super(scope, id, {
      ...props,
      trustPolicy: assumeRolePolicy("ec2.amazonaws.com"),
      managedPolicyArns: [...(systemsManager ? [ofSystemsManager] : []), ...managedPolicyArns],
    });
    this.instanceProfile = new IamInstanceProfile(this, "profile", { name: props.name, role: this.role.name });
  }
}
