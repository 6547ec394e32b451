import { DataAwsEc2InstanceType } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type";
import { DataAwsInstance } from "@cdktf/provider-aws/lib/data-aws-instance";
import { DataAwsInstances } from "@cdktf/provider-aws/lib/data-aws-instances";
import { ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";

/** Which machines to look for. */
export interface ExistingMachineProps {
  /** Tags that only this machine has, and those that it replaces. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A machine as it is before a deploy. There may be none. */
export class ExistingMachine extends Construct {
  /** Terraform's expression for the list of the instance types of all machines found. */
  readonly types: string;

  constructor(scope: Construct, id: string, { tags }: ExistingMachineProps) {
    super(scope, id);
    const found = new DataAwsInstances(this, "found", {
      instanceTags: { ...tags },
      instanceStateNames: ["pending", "running", "stopping", "stopped"],
    });
    const ids = `data.${found.terraformResourceType}.${found.friendlyUniqueId}.ids`;
    const count = TerraformCount.of(Token.asNumber(ref(`length(${ids})`)));
    const machine = new DataAwsInstance(this, "this", {
      count,
      instanceId: Token.asString(ref(`${ids}[count.index]`)),
    });
    const machines = `data.${machine.terraformResourceType}.${machine.friendlyUniqueId}`;
    const type = new DataAwsEc2InstanceType(this, "type", {
      count,
      instanceType: Token.asString(ref(`${machines}[count.index].instance_type`)),
    });
    this.types = `data.${type.terraformResourceType}.${type.friendlyUniqueId}`;
  }
}
