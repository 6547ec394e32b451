import { DataResource } from "cdktf";
import { describe, expect, it } from "vitest";
import { InstanceType } from "../../../modules/compute/instance-type";
import { MachineImage } from "../../../modules/compute/machine-image";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { data, resource } = synthesizeModule((stack) => {
  const type = new InstanceType(stack, "type", { value: "t3.micro", setting: "test.instanceType" });
  const image = new MachineImage(stack, "image", { choice: { id: { value: "ami-1", setting: "test.image.id" } } });
  new DataResource(stack, "machine", {
    lifecycle: {
      precondition: [
        ...type.boots({ image, setting: "test.image", followNew: false, machineTags: { Name: "machine" } }),
        type.hasMemoryFor({ sumMiB: 1536, parts: "a 1024, b 512" }),
      ],
    },
  });
});
const { terraform_data: made = {} } = resource;
const [processor, resize, memory] = made["machine"].lifecycle.precondition;

describe("an instance type", () => {
  it("is looked up in a list, so that one that is not offered is one sentence", () => {
    const found = only(data, "aws_ec2_instance_types");
    expect(found.filter).toEqual([{ name: "instance-type", values: ["t3.micro"] }]);
    expect(found.lifecycle.postcondition[0].error_message).toContain(
      "test.instanceType: expected an instance type that the region offers, got t3.micro",
    );
    expect(data["aws_ec2_instance_type"]?.["type"].count).toBe(
      "${length(data.aws_ec2_instance_types.type_found.instance_types)}",
    );
  });

  it("must have the processor of the image, for a machine that is not there yet", () => {
    const images = "[data.aws_ami.image_from_test_image_id]";
    const supported = "flatten(data.aws_ec2_instance_type.type[*].supported_architectures)";
    expect(processor.condition).toBe(
      "${length(data.aws_ec2_instance_type.type_existing_type) > 0 || " +
        `alltrue([for image in ${images} : contains(${supported}, image.architecture)])}`,
    );
    expect(processor.error_message).toContain(
      `runs \${join(" or ", ${images}[*].architecture)}, as the image \${data.aws_ami.image_from_test_image_id.id} needs, got t3.micro`,
    );
  });

  it("must have a processor that the machine has already, if that keeps its image", () => {
    const before = "data.aws_ec2_instance_type.type_existing_type";
    expect(resize.condition).toContain(`for old in ${before} : length(setintersection(old.supported_architectures, `);
    expect(resize.error_message).toContain(
      "or set test.image.followNew: true, which replaces the machine and its image.",
    );
  });

  it("must have the memory of all containers, and some for itself", () => {
    expect(memory.condition).toContain("1536 <= floor(type.memory_size * 0.9)");
    expect(memory.error_message).toContain("memory for 1536 MiB of containers (a 1024, b 512), got t3.micro");
  });
});
