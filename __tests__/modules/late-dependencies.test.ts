import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { expect, it } from "vitest";
import { dependLate } from "../../modules/late-dependencies";
import { synthesizeModule } from "./synthesize-module";

it("depends on what was made after the resource, too", () => {
  const { resource } = synthesizeModule((stack) => {
    const volume = (id: string) => new EbsVolume(stack, id, { availabilityZone: "eu-west-1a", size: 1 });
    const others = [volume("before")];
    dependLate(volume("this_one"), () => others);
    others.push(volume("after"));
  });
  expect(resource["aws_ebs_volume"]?.["this_one"].depends_on).toEqual([
    "aws_ebs_volume.before",
    "aws_ebs_volume.after",
  ]);
});
