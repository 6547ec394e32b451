import { describe, expect, test } from "vitest";
import { imageChoices, imageVariables } from "../../../scripts/session/stack-images";
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

test.each([
  ["debian", "debian"],
  ["workbench", "workbench"],
  ["debain", "debain"],
  ["id", undefined],
  ["", undefined],
])("the caller's choice of an image passes, unless it needs a real account: %j", (chosen, expected) => {
  expect(imageChoices({ WORKBENCH_EC2_IMAGE_SOURCE: chosen })["WORKBENCH_EC2_IMAGE_SOURCE"]).toBe(expected);
});
