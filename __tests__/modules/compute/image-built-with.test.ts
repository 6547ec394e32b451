import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { ImageBuiltWith } from "../../../modules/compute/image-built-with";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { data, output } = synthesizeModule((stack) => {
  const { preconditions } = new ImageBuiltWith(stack, "built_with", {
    image: { imageId: "ami-0123456789abcdef0" },
    expected: [{ tag: "MountPoint", setting: "ec2.mount.mountPoint", value: "/data" }],
  });
  new TerraformOutput(stack, "preconditions", { value: preconditions });
});

describe("ImageBuiltWith", () => {
  it("compares each setting with the tag, and holds for an image without the tag", () => {
    expect(output["preconditions"]?.value).toEqual([
      {
        condition: '${try(data.aws_ami.built_with[0].tags["MountPoint"], "/data") == "/data"}',
        errorMessage:
          'ec2.mount.mountPoint: expected ${try(data.aws_ami.built_with[0].tags["MountPoint"], "/data")}, with which ' +
          "the image ami-0123456789abcdef0 was built, got /data; build the image again, or set it back.",
      },
    ]);
  });

  it("reads nothing of an image that no longer exists", () => {
    expect(only(data, "aws_ami").count).toBe("${length(data.aws_ami_ids.built_with_there.ids)}");
  });
});
