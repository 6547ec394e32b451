import { describe, expect, onTestFinished, test } from "vitest";
import { findStackImages, imageChoices, imageVariables } from "../../../scripts/session/stack-images";
import { definitions } from "../../../stacks/definitions";
import { loadSettings } from "../../../stacks/settings";
import { FakeAws } from "../aws/fake-aws";
import { madeImage } from "../images/made-image";

describe("the machine of a local AWS boots", () => {
  test.each([
    ["our image, if it exists", true, [madeImage("ami-1")], "workbench"],
    ["Debian's own image, if ours does not exist", true, [], "debian"],
    ["the image in the settings, if that is not ours", false, [madeImage("ami-1")], undefined],
  ])("%s", (_, wanted, built, expected) => {
    const variables = imageVariables([{ stack: "ec2", folder: "workbench", wanted, built }]);
    expect(variables["WORKBENCH_EC2_IMAGE_SOURCE"]).toBe(expected);
  });
});

/** Two stacks, each with an image and settings of its own. */
const ec2Image = definitions.find(({ name }) => name === "ec2")?.image;
const two = [
  { name: "ec2", image: ec2Image },
  {
    name: "ecs",
    image: ec2Image && {
      ...ec2Image,
      folder: "ecs-host",
      setting: "ecs.hostImage.source",
      fallbackValue: "amazon",
      architectureSetting: "ecs.hostImage.architecture",
      machines: () => ({ architecture: "arm64" }),
    },
  },
];

describe("two stacks with an image each", () => {
  test("boot their own, whether or not that of the other exists", () => {
    const images = [
      { stack: "ec2", folder: "workbench", wanted: true, built: [madeImage("ami-1")] },
      { stack: "ecs", folder: "ecs-host", wanted: true, built: [] },
    ];
    expect(imageVariables(images, two)).toEqual({
      WORKBENCH_EC2_IMAGE_SOURCE: "workbench",
      WORKBENCH_ECS_HOST_IMAGE_SOURCE: "amazon",
    });
  });

  test("boot nothing else, if they declare nothing else", () => {
    const image = { stack: "ecs", folder: "ecs-host", wanted: true, built: [] };
    expect(imageVariables([image])).toEqual({ WORKBENCH_ECS_HOST_IMAGE_SOURCE: "workbench" });
  });

  test("let the caller choose for each", () => {
    const chosen = { WORKBENCH_EC2_IMAGE_SOURCE: "debian", WORKBENCH_ECS_HOST_IMAGE_SOURCE: "workbench" };
    expect(imageChoices(chosen, two)).toEqual(chosen);
  });

  test("are each looked for by their own name and architecture", async () => {
    const ec2 = await FakeAws.answering(200, "<DescribeImagesResponse><imagesSet/></DescribeImagesResponse>");
    onTestFinished(() => ec2.close());
    const settings = loadSettings({ environment: { WORKBENCH_ENV: "local" } });
    const found = await findStackImages(ec2.local, settings, two);
    expect(found).toEqual([
      { stack: "ec2", folder: "workbench", wanted: expect.any(Boolean), built: [] },
      { stack: "ecs", folder: "ecs-host", wanted: true, built: [] },
    ]);
    expect(ec2.asked.map((asked) => asked["Filter.1.Value.1"]).sort()).toEqual([
      "workbench-ecs-host-arm64-*",
      "workbench-workbench-amd64-*",
    ]);
  });
});

test.each([
  ["debian", "debian"],
  ["workbench", "workbench"],
  ["debain", "debain"],
  ["id", undefined],
  ["", undefined],
])("the caller's choice of an image passes, unless it needs a real account: %j", (chosen, expected) => {
  expect(imageChoices({ WORKBENCH_EC2_IMAGE_SOURCE: chosen })["WORKBENCH_EC2_IMAGE_SOURCE"]).toBe(expected);
});
