import { DataAwsEc2InstanceType } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type";
import { DataAwsEc2InstanceTypes } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-types";
import { type Precondition, TerraformCount } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import { ExistingMachine } from "./existing-machine";
import type { MachineImage } from "./machine-image";

/** The image of a machine that has the instance type. */
export interface BootedImage {
  /** The image that a new machine boots. */
  readonly image: MachineImage;
  /** The section of the settings that chooses it, and whose `followNew` says whether a machine follows newer images. */
  readonly setting: string;
  /** Whether a machine that is there boots the image, too. Otherwise it keeps its own. */
  readonly followNew: boolean;
  /** Tags that only that machine has. */
  readonly machineTags: Readonly<Record<string, string>>;
}

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
   * Conditions that the type has the processor for which the image of a machine was made: of a new one, and of one that is
   * there and keeps its own image. Terraform would replace that by one which cannot boot.
   */
  boots({ image: { found, imageId }, setting, followNew, machineTags }: BootedImage): readonly Precondition[] {
    const supported = `flatten(${this.details}[*].supported_architectures)`;
    const fits = `alltrue([for image in ${found} : contains(${supported}, image.architecture)])`;
    const newMachine = {
      errorMessage:
        `${this.expected} \${join(" or ", ${found}[*].architecture)}, as the image ${imageId} needs, ${this.got}; ` +
        `choose another type, or another image (${setting}).`,
    };
    if (followNew) return [{ ...newMachine, condition: `\${${fits}}` }];
    const { types } = new ExistingMachine(this, "existing", { tags: machineTags });
    return [
      { ...newMachine, condition: `\${length(${types}) > 0 || ${fits}}` },
      {
        condition: `\${alltrue([for old in ${types} : length(setintersection(old.supported_architectures, ${supported})) > 0])}`,
        errorMessage:
          `${this.expected} \${join(" or ", flatten(${types}[*].supported_architectures))}, as the machine's image needs, ` +
          `${this.got}; choose another type, or set ${setting}.followNew: true, which replaces the machine and its image.`,
      },
    ];
  }

  private get expected(): string {
    return `${this.type.setting}: expected a type whose processor runs`;
  }

  private get got(): string {
    return `got ${this.type.value}, which has \${join(" or ", flatten(${this.details}[*].supported_architectures))}`;
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
