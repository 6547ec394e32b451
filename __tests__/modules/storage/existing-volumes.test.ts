import type { Precondition } from "cdktf";
import { describe, expect, it } from "vitest";
import { ExistingVolumes } from "../../../modules/storage/existing-volumes";
import { synthesizeModule } from "../synthesize-module";

const all = "data.aws_ebs_volume.existing";
const conditionOf = (make: (existing: ExistingVolumes) => Precondition): Precondition => {
  let condition: Precondition | undefined;
  synthesizeModule((stack) => {
    condition = make(new ExistingVolumes(stack, "existing", { identifyingTags: { Name: "one" } }));
  });
  return condition as Precondition;
};

describe("ExistingVolumes", () => {
  it("finds the volumes by their tags, half-made ones too, and reads each", () => {
    const { data } = synthesizeModule(
      (stack) => new ExistingVolumes(stack, "existing", { identifyingTags: { Name: "one" } }),
    );
    expect(data["aws_ebs_volumes"]?.["existing_found"]).toMatchObject({
      tags: { Name: "one" },
      filter: [{ name: "status", values: ["creating", "available", "in-use"] }],
    });
    expect(data["aws_ebs_volume"]?.["existing"]).toMatchObject({
      count: "${length(data.aws_ebs_volumes.existing_found.ids)}",
      filter: [{ name: "volume-id", values: ["${data.aws_ebs_volumes.existing_found.ids[count.index]}"] }],
    });
  });

  it("fails a size that is smaller than a volume's", () => {
    const { condition, errorMessage } = conditionOf((existing) => existing.fitInto({ value: 5, setting: "a.size" }));
    expect(condition).toBe(`\${alltrue([for volume in ${all} : volume.size <= 5])}`);
    expect(errorMessage).toMatch(/^a\.size: expected at least the .*, got 5; a volume grows and never shrinks: /);
    expect(errorMessage).toContain(`: set it to \${max(1, [for volume in ${all} : volume.size]...)} or more.`);
  });

  it("fails another value of a property that AWS cannot change, for all volumes or for one", () => {
    const zone = { attribute: "availability_zone", value: "eu-west-1a", setting: "a.zone" } as const;
    expect(conditionOf((existing) => existing.keep(zone)).condition).toBe(
      `\${alltrue([for volume in ${all} : volume.availability_zone == "eu-west-1a"])}`,
    );
    const { condition, errorMessage } = conditionOf((existing) => existing.keep({ ...zone, index: 2 }));
    const second = ' if volume.tags["Index"] == "2"';
    expect(condition).toContain(`"eu-west-1a"${second}])}`);
    expect(errorMessage).toMatch(/^a\.zone: expected .* if volume\.tags\["Index"\] == "2"\]\)}, got "eu-west-1a"; AWS/);
  });
});
