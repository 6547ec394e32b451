import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { DataVolumes, type DataVolumesProps } from "../../../modules/storage/data-volumes";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { someVolume } from "./volume-props";

const synthesize = (props: Partial<DataVolumesProps> = {}) =>
  synthesizeModule((stack) => {
    const { ids } = new DataVolumes(stack, "data", {
      ...someVolume,
      name: "parts",
      identifyingTags: { Set: "parts" },
      count: { value: 3, setting: "test.volumes" },
      retireCommand: "retire --stack test",
      ...props,
    });
    new TerraformOutput(stack, "ids", { value: ids, description: "The volumes." });
  });
const conditions = (props: Partial<DataVolumesProps> = {}) =>
  only(synthesize(props).data, "aws_availability_zones").lifecycle.precondition as {
    condition: string;
    error_message: string;
  }[];

describe("DataVolumes", () => {
  it("are one block, so that each is protected even when the number shrinks", () => {
    const volumes = only(synthesize().resource, "aws_ebs_volume");
    expect(volumes).toMatchObject({
      count: 3,
      encrypted: true,
      final_snapshot: true,
      lifecycle: { prevent_destroy: true },
      tags: { Name: "parts-${count.index}", Set: "parts", Index: "${count.index}", Holds: "what a test keeps" },
    });
  });

  it("each get the mark of a volume that is in a state, and are adopted by their number without it", () => {
    const { resource, import: imports } = synthesize();
    expect(only(resource, "aws_ec2_tag")).toMatchObject({
      count: 3,
      resource_id: "${aws_ebs_volume.data[count.index].id}",
    });
    expect(imports).toEqual([
      {
        for_each: expect.stringMatching(/volume\.tags\["Index"\] => volume\.id\.\.\. if .*"Complete".*< 3 }}$/),
        id: "${each.value.id}",
        to: "aws_ebs_volume.data[each.value.index]",
      },
    ]);
  });

  it("fail a plan for fewer volumes than there are, with the command that retires the last one", () => {
    const last = 'max(-1, [for volume in data.aws_ebs_volume.data_existing : tonumber(volume.tags["Index"])]...)';
    expect(conditions()).toContainEqual({
      condition: `\${${last} < 3}`,
      error_message:
        `test.volumes: expected at least the \${${last} + 1} data volumes that there are, got 3; ` +
        `to retire the last one and keep a snapshot of it, run \`retire --stack test --index \${${last}}\`.`,
    });
  });

  it("fail a plan that would put a blank volume in the place of one that is being retired", () => {
    expect(conditions()).toContainEqual({
      condition: expect.stringContaining('contains(keys(volume.tags), "Retiring")'),
      error_message: expect.stringMatching(/^test\.volumes: expected at most .* is being retired, got 3; to finish/),
    });
  });

  it("fail such plans without protection too, and every plan while a machine has one of them", () => {
    const unprotected = { preventDestroy: { value: false, setting: "test.preventDestroy" } };
    expect(conditions(unprotected)).toEqual(conditions());
    expect(synthesize(unprotected).data["aws_ebs_volumes"]?.["data_free_attached_in_state"].filter).toContainEqual({
      name: "volume-id",
      values: '${[for tag in aws_ec2_tag.data_adoption_complete : element(split(",", tag.id), 0)]}',
    });
  });

  it("are restored each from a snapshot of its own, and keep it", () => {
    const snapshotIds = { value: ["snap-1", null, "snap-3", "snap-4"], setting: "test.snapshotIds" };
    expect(only(synthesize({ snapshotIds }).resource, "aws_ebs_volume").snapshot_id).toBe(
      '${["snap-1",null,"snap-3"][count.index]}',
    );
    const kept = conditions({ snapshotIds }).filter(({ condition }) => condition.includes("volume.snapshot_id"));
    expect(kept.map(({ condition }) => condition)).toEqual([
      expect.stringContaining('volume.snapshot_id == "snap-1" if volume.tags["Index"] == "0"'),
      expect.stringContaining('volume.snapshot_id == "snap-3" if volume.tags["Index"] == "2"'),
    ]);
    expect(kept.map(({ error_message }) => error_message.split(":")[0])).toEqual([
      "test.snapshotIds[0]",
      "test.snapshotIds[2]",
    ]);
  });

  it("hand over their ids in order", () => {
    expect(synthesize().output["ids"]?.value).toBe("${aws_ebs_volume.data[*].id}");
  });
});
