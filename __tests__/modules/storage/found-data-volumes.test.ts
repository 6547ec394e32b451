import { TerraformCount, TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { FoundDataVolumes } from "../../../modules/storage/found-data-volumes";
import { synthesizeModule } from "../synthesize-module";

const { data, output } = synthesizeModule((stack) => {
  const volumes = new FoundDataVolumes(stack, "volumes", {
    identifyingTags: { Set: "parts" },
    count: { value: 2, setting: "test.volumes" },
    fix: "run `deploy both`",
  });
  new TerraformOutput(stack, "id", { value: volumes.at(1).id, description: "One." });
  new TerraformOutput(stack, "all", { value: volumes.all.map(({ id }) => id), description: "All." });
  new TerraformOutput(stack, "size", { value: volumes.at(TerraformCount.of(2).index).sizeGiB, description: "Each." });
});
const { volumes_all: all, volumes_candidates: candidates } = data["aws_ebs_volumes"] ?? {};

describe("FoundDataVolumes", () => {
  it("fails a plan with one sentence if there are too few, and asks for none of them by number before", () => {
    expect(all.lifecycle.postcondition).toEqual([
      {
        condition: "${length(self.ids) >= 2}",
        error_message: expect.stringMatching(
          /^test\.volumes: expected 2 data volumes tagged Set=parts, got .*; run `deploy both`\.$/,
        ),
      },
    ]);
    expect(candidates.depends_on).toEqual(["data.aws_ebs_volumes.volumes_all"]);
  });

  it("fails a plan if a number is missing or there twice", () => {
    expect(candidates).toMatchObject({ count: 2, tags: { Set: "parts", Index: "${count.index}" } });
    expect(candidates.lifecycle.postcondition[0].condition).toBe("${length(self.ids) == 1}");
  });

  it("fails a plan that would use a volume that is being retired", () => {
    expect(data["aws_ebs_volume"]?.["volumes"].lifecycle.postcondition).toEqual([
      {
        condition: '${!contains(keys(self.tags), "Retiring")}',
        error_message:
          "test.volumes: expected at most ${count.index}, since data volume ${count.index} (${self.id}) " +
          "is being retired, got 2; set it to ${count.index}.",
      },
    ]);
  });

  it("reads all or none, so that a gap moves no volume to another place", () => {
    expect(data["aws_ebs_volume"]?.["volumes"].count).toBe(
      "${alltrue([for one in data.aws_ebs_volumes.volumes_candidates : length(one.ids) == 1]) ? 2 : 0}",
    );
  });

  it("hands over one by its number, or one for each resource of a block, with placeholders for a destroy", () => {
    expect(output["id"]?.value).toBe('${try(data.aws_ebs_volume.volumes[1].id, "none")}');
    expect(output["size"]?.value).toBe("${try(data.aws_ebs_volume.volumes[count.index].size, 0)}");
  });

  it("hands over all of them, in order", () => {
    expect(output["all"]?.value).toEqual([0, 1].map((n) => `\${try(data.aws_ebs_volume.volumes[${n}].id, "none")}`));
  });
});
