import { DataAwsEc2InstanceType } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type";
import { DataAwsEc2InstanceTypes } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-types";
import { type Precondition, TerraformCount } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import type { MachineImage } from "./machine-image";

/** An instance type, as the region of the stack offers it. If it does not, a plan fails with one sentence. */
export class InstanceType extends Construct {
  private readonly type: FromSetting<string>;
  private readonly details: string;

  constructor(scope: Construct, id: string, type: FromSetting<string>) {
    super(scope, id);
    this.type = type;
    const { value, setting } = type;
    const found = new DataAwsEc2InstanceTypes(this, "found", {
      filter: [{ name: "instance-type", values: [value] }],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.instance_types) == 1}",
            errorMessage:
              `${setting}: expected an instance type that the region offers, got ${value}; ` +
              "`aws ec2 describe-instance-types` lists them.",
          },
        ],
      },
    });
    // The provider fails for a type that is not there, and then a destroy would fail, too.
    const { friendlyUniqueId } = new DataAwsEc2InstanceType(this, "this", {
      count: TerraformCount.of(`\${length(${found.fqn}.instance_types)}` as unknown as number),
      instanceType: value,
    });
    this.details = `data.aws_ec2_instance_type.${friendlyUniqueId}`;
  }

  /**
   * Condition that the type has the processor for which an image was made.
   *
   * @param imageSetting the setting that chooses the image
   */
  boots({ ami }: MachineImage, imageSetting: string): Precondition {
    const { value, setting } = this.type;
    return {
      condition: `\${alltrue([for type in ${this.details} : contains(type.supported_architectures, ${ami}.architecture)])}`,
      errorMessage:
        `${setting}: expected a type whose processor runs \${${ami}.architecture}, as the image \${${ami}.id} needs, ` +
        `got ${value}, which has ${this.architectures}; choose another type, or another image (${imageSetting}).`,
    };
  }

  private get architectures(): string {
    return `\${join(" or ", flatten(${this.details}[*].supported_architectures))}`;
  }

  /**
   * Condition that containers fit. The operating system and the agents need a tenth of the memory, and ECS counts with
   * the rest.
   *
   * @param needed memory of all containers in MiB, with what adds up to it, such as `couchdb 1024 and reports 512`
   */
  hasMemoryFor(needed: { readonly sumMiB: number; readonly parts: string }): Precondition {
    const { value, setting } = this.type;
    const limit = `floor(type.memory_size * 0.9)`;
    return {
      condition: `\${alltrue([for type in ${this.details} : ${needed.sumMiB} <= ${limit}])}`,
      errorMessage:
        `${setting}: expected a type with memory for ${needed.sumMiB} MiB of containers (${needed.parts}), got ${value}, ` +
        `which has \${join(" and ", [for type in ${this.details} : ${limit}])} MiB for them; ` +
        "choose a larger type, or lower memoryMiB of a service.",
    };
  }
}
