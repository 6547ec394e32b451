import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { type ImageChoice, MachineImage } from "../../../modules/compute/machine-image";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const newest: ImageChoice = { owner: "self", name: "notebooks-*", tags: { Image: "notebooks" }, fix: "build one" };
const given: ImageChoice = { id: { value: "ami-0123456789abcdef0", setting: "ec2.image.id" } };

const published: ImageChoice = { parameter: "/aws/service/ecs/image_id" };

const made = (choice: ImageChoice) =>
  synthesizeModule((stack) => {
    const image = new MachineImage(stack, "image", { choice });
    new TerraformOutput(stack, "id", { value: image.imageId });
    new TerraformOutput(stack, "fits", { value: image.fitsOn({ value: 9, setting: "ec2.rootVolumeSizeGiB" }) });
  });

describe("MachineImage", () => {
  it("is the newest that matches owner, name and tags, and is ready to boot", () => {
    const { data, output } = made(newest);
    expect(only(data, "aws_ami_ids")).toMatchObject({
      owners: ["self"],
      filter: [
        { name: "name", values: ["notebooks-*"] },
        { name: "state", values: ["available"] },
        { name: "tag:Image", values: ["notebooks"] },
      ],
    });
    expect(output["id"]?.value).toBe('${try(element(data.aws_ami_ids.image.ids, 0), "none")}');
  });

  it("fails a plan with the fix if there is none", () => {
    expect(only(made(newest).data, "aws_ami_ids").lifecycle.postcondition).toEqual([
      {
        condition: "${length(self.ids) > 0}",
        error_message: "image: expected one in this region, got none named notebooks-* of owner self; build one.",
      },
    ]);
  });

  it("that is the newest is read only if there is one: a failed read would end a destroy", () => {
    expect(made(newest).data["aws_ami"]?.["image_details"].count).toBe("${min(1, length(data.aws_ami_ids.image.ids))}");
    expect(made(published).data["aws_ami"]?.["image_details"]).not.toHaveProperty("count");
  });

  it("is a given one of any owner, read at an address that names the setting", () => {
    const { data, output } = made(given);
    const image = data["aws_ami"]?.["image_from_ec2_image_id"];
    expect(image.filter).toEqual([{ name: "image-id", values: ["ami-0123456789abcdef0"] }]);
    expect(image).not.toHaveProperty("owners");
    expect(output["id"]?.value).toBe("${data.aws_ami.image_from_ec2_image_id.id}");
  });

  it("that is given brings no disk where a data volume goes", () => {
    const conditionsOf = (choice: ImageChoice) =>
      synthesizeModule((stack) => {
        const image = new MachineImage(stack, "image", { choice });
        new TerraformOutput(stack, "conditions", { value: image.leavesFree(["/dev/sdf"]) });
      }).output["conditions"]?.value;
    expect(conditionsOf(given)).toEqual([
      {
        condition:
          '${!contains(data.aws_ami.image_from_ec2_image_id.block_device_mappings[*].device_name, "/dev/sdf")}',
        errorMessage:
          "ec2.image.id: expected an image without a disk at /dev/sdf, where a data volume goes, " +
          "got ami-0123456789abcdef0, which has one; " +
          "make the image of a machine from which its data volumes are detached.",
      },
    ]);
    expect(conditionsOf(newest)).toEqual([]);
  });

  it.each([
    ["newest", newest, "data.aws_ami.image_details"],
    ["published", published, "[data.aws_ami.image_details]"],
    ["given", given, "[data.aws_ami.image_from_ec2_image_id]"],
  ])("compares the size of a root volume with that of the %s image", (_, choice, images) => {
    expect(made(choice).output["fits"]?.value).toEqual({
      condition: expect.stringContaining(
        `\${alltrue([for image in ${images} : 9 >= one([for disk in image.block_device_mappings : `,
      ),
      errorMessage: expect.stringMatching(/^ec2\.rootVolumeSizeGiB: expected at least the \S.* GiB of .*, got 9\.$/),
    });
  });
});
