import { describe, expect, test } from "vitest";
import { imageChoices, imageVariables } from "../../../scripts/session/stack-images";
import { madeImage } from "../images/made-image";

describe("the machine of a local AWS boots", () => {
  test.each([
    ["one of ours where it is there", true, [madeImage("ami-1")], "workbench"],
    ["Debian's own where none is there", true, [], "debian"],
    ["what the settings choose, where that is none of ours", false, [madeImage("ami-1")], undefined],
  ])("%s", (_, wanted, built, expected) => {
    const variables = imageVariables([{ stack: "ec2", folder: "workbench", wanted, built }]);
    expect(variables["WORKBENCH_EC2_IMAGE_SOURCE"]).toBe(expected);
  });
});

test.each([
  ["debian", "debian"],
  ["workbench", "workbench"],
  ["id", undefined],
  ["", undefined],
])("of the caller's choices of an image those pass that need no real account: %j", (chosen, expected) => {
  expect(imageChoices({ WORKBENCH_EC2_IMAGE_SOURCE: chosen })["WORKBENCH_EC2_IMAGE_SOURCE"]).toBe(expected);
});
