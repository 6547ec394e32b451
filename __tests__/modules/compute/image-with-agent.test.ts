import { Instance } from "@cdktf/provider-aws/lib/instance";
import { describe, expect, it } from "vitest";
import { ImageWithAgent } from "../../../modules/compute/image-with-agent";
import { ssmAgentTag } from "../../../stacks/names/images";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { data, resource } = synthesizeModule((stack) => {
  const { precondition } = new ImageWithAgent(stack, "with_agent", {
    image: { imageId: "ami-0123456789abcdef0" },
    tag: ssmAgentTag,
    neededFor: "loading the servers through Run Command",
    fix: "build one with image.ssmAgent.enabled: true",
  });
  new Instance(stack, "host", {
    ami: "ami-0123456789abcdef0",
    instanceType: "t3.micro",
    lifecycle: { precondition: [precondition] },
  });
});

const [check] = only(resource, "aws_instance").lifecycle.precondition;

describe("ImageWithAgent", () => {
  it("asks the image's tag first, and without it, who published the image", () => {
    expect(check.condition).toBe(
      '${anytrue([for image in data.aws_ami.with_agent : lookup(image.tags, "SsmAgent", tostring((' +
        'image.image_owner_alias == "amazon" && can(regex("^(amzn2|al2023)-ami-", image.name)) && ' +
        '!can(regex("-minimal-", image.name))) || image.owner_id == "099720109477")) == "true"])}',
    );
  });

  it("says what needs the agent, the image, and the fix", () => {
    expect(check.error_message).toBe(
      "loading the servers through Run Command needs AWS's Systems Manager agent: expected an image with it, got " +
        "ami-0123456789abcdef0, which has no tag SsmAgent = true; build one with image.ssmAgent.enabled: true.",
    );
  });

  it("reads nothing of an image that no longer exists", () => {
    expect(only(data, "aws_ami").count).toBe("${length(data.aws_ami_ids.with_agent_there.ids)}");
  });
});
