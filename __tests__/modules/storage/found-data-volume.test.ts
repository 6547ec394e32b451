import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { FoundDataVolume } from "../../../modules/storage/found-data-volume";
import { synthesizeModule } from "../synthesize-module";

const { data, output } = synthesizeModule((stack) => {
  const volume = new FoundDataVolume(stack, "volume", {
    identifyingTags: { Name: "one", Project: "test" },
    fix: "run `deploy`",
  });
  for (const name of ["id", "availabilityZone", "sizeGiB"] as const) {
    new TerraformOutput(stack, name, { value: volume[name], description: name });
  }
});

describe("FoundDataVolume", () => {
  it("fails a plan unless exactly one volume has the tags, and says what to do", () => {
    const { tags, lifecycle } = data["aws_ebs_volumes"]?.["volume_candidates"] ?? {};
    expect(tags).toEqual({ Name: "one", Project: "test" });
    expect(lifecycle.postcondition).toEqual([
      {
        condition: "${length(self.ids) > 0}",
        error_message: "data volume: expected one tagged Name=one, Project=test, got none; run `deploy`.",
      },
      {
        condition: "${length(self.ids) < 2}",
        error_message: expect.stringContaining("change the Name tag of all but"),
      },
    ]);
  });

  it("is an object with a placeholder for each attribute, so that a destroy does not fail without it", () => {
    const one = (attribute: string, none: string) =>
      `\${coalesce(one(data.aws_ebs_volume.volume[*].${attribute}), ${none})}`;
    expect(Object.values(output).map(({ value }) => value)).toEqual([
      one("availability_zone", '"none"'),
      one("id", '"none"'),
      one("size", "0"),
    ]);
  });
});
