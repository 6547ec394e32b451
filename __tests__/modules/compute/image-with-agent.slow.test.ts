import { DataResource } from "cdktf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImageWithAgent } from "../../../modules/compute/image-with-agent";
import { ssmAgentTag } from "../../../stacks/names/images";
import type { Build } from "../synthesize-module";
import { TerraformUser } from "../terraform-user";

/** A machine for each image. None can do without the agent. */
const need =
  (...imageIds: readonly string[]): Build =>
  (stack) => {
    for (const imageId of imageIds) {
      const { precondition } = new ImageWithAgent(stack, `check_${imageId}`, {
        image: { imageId },
        tag: ssmAgentTag,
        neededFor: "Run Command",
        fix: "build one with it",
      });
      new DataResource(stack, imageId, { lifecycle: { precondition: [precondition] } });
    }
  };

describe("an image that must have the agent, planned", () => {
  let user: TerraformUser;
  let machineId: string;
  const findImage = async (owner: string, name: string): Promise<string> => {
    const filter = ["--filters", `Name=name,Values=${name}`];
    const { Images } = await user.aws("ec2", "describe-images", "--owners", owner, ...filter);
    if (Images.length === 0) throw new Error(`expected an image ${name} of ${owner}, got none`);
    return Images[0].ImageId;
  };
  /** Makes an image of the account's own. */
  const makeImage = async (name: string, tag?: string): Promise<string> => {
    const specification = ["--tag-specifications", `ResourceType=image,Tags=[{Key=${ssmAgentTag},Value=${tag}}]`];
    const args = ["--instance-id", machineId, "--name", name, ...(tag === undefined ? [] : specification)];
    return (await user.aws("ec2", "create-image", ...args)).ImageId;
  };

  beforeAll(async () => {
    user = await TerraformUser.start();
    const debian = await findImage("136693071363", "debian-13-amd64-*");
    machineId = (await user.aws("ec2", "run-instances", "--image-id", debian)).Instances[0].InstanceId;
  });
  afterAll(() => user?.end());

  it("is one whose tag says true, and without a tag Amazon Linux or Ubuntu", async () => {
    const imageIds = [
      await makeImage("tagged", "true"),
      await findImage("amazon", "al2023-ami-2023*"),
      await findImage("099720109477", "ubuntu/images/hvm-ssd/*"),
    ];
    const output = await user.plan(need(...imageIds));
    for (const imageId of imageIds) expect(output).toContain(`terraform_data.${imageId} will be created`);
  });

  it("fails: any other, one that is not there, too, in one sentence each", async () => {
    const imageIds = [
      await makeImage("untagged"),
      await makeImage("without", "false"),
      await findImage("amazon", "al2023-ami-minimal-*"),
      await findImage("amazon", "amzn-ami-hvm-*"),
      "ami-0123456789abcdef0",
    ];
    const problems = await user.failToPlan(need(...imageIds));
    for (const imageId of imageIds) {
      const sentence =
        `Run Command needs AWS's Systems Manager agent: expected an image with it, got ${imageId}, ` +
        "which has no tag SsmAgent = true; build one with it.";
      expect(problems).toContainEqual(expect.stringContaining(sentence));
    }
    expect(problems).toHaveLength(imageIds.length);
  });

  it("lets a machine be destroyed when the image is gone", async () => {
    const imageId = await makeImage("gone", "true");
    await user.applyAndDestroy(need(imageId), () => user.aws("ec2", "deregister-image", "--image-id", imageId));
  });
});
