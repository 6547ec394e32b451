import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { describe, expect, it } from "vitest";
import { AdoptVolumes } from "../../../modules/storage/adopt-volumes";
import { ExistingVolumes } from "../../../modules/storage/existing-volumes";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const synthesize = (adopt: boolean, count?: number) =>
  synthesizeModule((stack) => {
    const block = new EbsVolume(stack, "volume", { availabilityZone: "eu-west-1a", size: 1, count });
    const existing = new ExistingVolumes(stack, "existing", { identifyingTags: { Name: "one" } });
    new AdoptVolumes(stack, "adoption", { block, count, existing, adopt });
  });

describe("AdoptVolumes", () => {
  it("imports the one half-made volume: the one that lacks the tag of a volume in a state", () => {
    expect(synthesize(true).import).toEqual([
      {
        for_each:
          '${{ for index, ids in { for volume in data.aws_ebs_volume.existing : "0" => volume.id... ' +
          'if lookup(volume.tags, "Complete", "") != "true" } : ' +
          "index => { id = ids[0], index = tonumber(index) } if length(ids) == 1 && tonumber(index) < 1 }}",
        id: "${each.value.id}",
        to: "aws_ebs_volume.volume",
      },
    ]);
  });

  it("imports each of several in its place", () => {
    expect(synthesize(true, 2).import).toMatchObject([{ to: "aws_ebs_volume.volume[each.value.index]" }]);
  });

  it.each([true, false])(
    "marks a volume as complete once it is in the state, whether it adopts or not: %s",
    (adopt) => {
      expect(only(synthesize(adopt).resource, "aws_ec2_tag")).toMatchObject({
        resource_id: "${aws_ebs_volume.volume.id}",
        key: "Complete",
        value: "true",
      });
    },
  );

  it("imports nothing when it must not", () => {
    expect(synthesize(false)).not.toHaveProperty("import");
  });
});
