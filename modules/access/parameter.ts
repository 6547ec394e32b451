import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";
import { terraformLiteral } from "../terraform-literal";
import type { Grantee } from "./role";

/** Properties of a parameter. */
export interface ParameterProps {
  /** Path in the Parameter Store, such as `/workbench-local/archive/title`. Changing this replaces the parameter. */
  readonly name: string;
  /** What it says, for people who read a plan or the console. */
  readonly description: string;
  /** Its value. It is no secret: plan and state have it. */
  readonly value: string;
}

/**
 * A value in Systems Manager's Parameter Store, which programs read when they start. So a changed value replaces no
 * machine.
 */
export class Parameter extends Construct {
  /** Its path, which readers get instead of the value. */
  readonly name: string;
  private readonly parameter: SsmParameter;

  constructor(scope: Construct, id: string, { name, description, value }: ParameterProps) {
    super(scope, id);
    this.parameter = new SsmParameter(this, "this", {
      name,
      description,
      type: "String",
      insecureValue: terraformLiteral(value),
      tags: { Name: name },
    });
    this.name = this.parameter.name;
  }

  /** Lets a role read this parameter, and no other. */
  grantRead(grantee: Grantee): void {
    const { arn, friendlyUniqueId } = this.parameter;
    grantee.allow(`read_${friendlyUniqueId}`, [{ actions: ["ssm:GetParameter"], resources: [arn] }]);
  }
}
