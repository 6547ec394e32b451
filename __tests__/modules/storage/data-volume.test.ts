import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { DataVolume, type DataVolumeProps } from "../../../modules/storage/data-volume";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { someVolume } from "./volume-props";

const synthesize = (props: Partial<DataVolumeProps> = {}) =>
  synthesizeModule((stack) => {
    const own = { name: "one", identifyingTags: { Name: "one" } };
    const { volume } = new DataVolume(stack, "data", { ...someVolume, ...own, ...props });
    new TerraformOutput(stack, "id", { value: volume.id, description: "The volume." });
  });

describe("DataVolume", () => {
  it("is one volume at an address without an index", () => {
    const { resource, import: imports } = synthesize();
    const { data: volume } = resource["aws_ebs_volume"] ?? {};
    expect(volume.tags).toEqual({ Name: "one", Holds: "what a test keeps" });
    expect(volume).not.toHaveProperty("count");
    expect(imports?.map(({ to }) => to)).toEqual(["aws_ebs_volume.data"]);
  });

  it("takes no snapshot that the settings do not name", () => {
    const { resource } = synthesize({ snapshotId: { value: null, setting: "test.snapshotId" } });
    expect(only(resource, "aws_ebs_volume")).not.toHaveProperty("snapshot_id");
  });

  it("is restored from a snapshot, and keeps it", () => {
    const { resource, data } = synthesize({ snapshotId: { value: "snap-1", setting: "test.snapshotId" } });
    expect(only(resource, "aws_ebs_volume").snapshot_id).toBe("snap-1");
    expect(only(data, "aws_availability_zones").lifecycle.precondition).toContainEqual({
      condition: expect.stringContaining('volume.snapshot_id == "snap-1"'),
      error_message: expect.stringMatching(/^test\.snapshotId: /),
    });
  });

  it("hands over the volume", () => {
    expect(synthesize().output["id"]?.value).toBe("${aws_ebs_volume.data.id}");
  });
});
