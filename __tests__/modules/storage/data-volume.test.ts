import { describe, expect, it } from "vitest";
import { DataVolume, type DataVolumeProps } from "../../../modules/storage/data-volume";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { someVolume } from "./volume-props";

const synthesize = (props: Partial<DataVolumeProps> = {}) =>
  synthesizeModule(
    (stack) =>
      new DataVolume(stack, "data", { ...someVolume, name: "one", identifyingTags: { Name: "one" }, ...props }),
  );

describe("DataVolume", () => {
  it("is one encrypted volume at an address without an index, protected and with a final snapshot", () => {
    const { resource } = synthesize();
    const { data: volume } = resource["aws_ebs_volume"] ?? {};
    expect(volume).toMatchObject({
      encrypted: true,
      final_snapshot: true,
      lifecycle: { prevent_destroy: true },
      size: 20,
      tags: { Name: "one", Holds: "what a test keeps" },
    });
    expect(volume).not.toHaveProperty("count");
  });

  it("takes no key, snapshot or schedule that the settings do not name", () => {
    const volume = only(
      synthesize({
        kmsKeyArn: { value: null, setting: "test.key" },
        snapshotId: { value: null, setting: "test.snapshotId" },
      }).resource,
      "aws_ebs_volume",
    );
    expect(volume).not.toHaveProperty("kms_key_id");
    expect(volume).not.toHaveProperty("snapshot_id");
  });

  it("names the setting of each property that AWS cannot change", () => {
    const { data } = synthesize({
      kmsKeyArn: { value: "arn:aws:kms:eu-west-1:1:key/1", setting: "test.key" },
      snapshotId: { value: "snap-1", setting: "test.snapshotId" },
    });
    const sentences = only(data, "aws_availability_zones").lifecycle.precondition.map(
      ({ error_message }: { error_message: string }) => error_message.split(":")[0],
    );
    expect(sentences).toEqual([
      "aws.availabilityZone",
      "test.key",
      "test.snapshotId",
      "test.volumeSizeGiB",
      "test.volumeSizeGiB",
    ]);
  });

  it("plans no volume before these conditions hold", () => {
    expect(only(synthesize().resource, "aws_ebs_volume").depends_on).toEqual([
      "data.aws_availability_zones.data_zones",
    ]);
  });

  it("keeps the import of another volume of the same stack", () => {
    const { import: imports } = synthesizeModule((stack) => {
      for (const name of ["one", "two"]) {
        new DataVolume(stack, name, { ...someVolume, name, identifyingTags: { Name: name } });
      }
    });
    expect(imports?.map(({ to }) => to)).toEqual(["aws_ebs_volume.one", "aws_ebs_volume.two"]);
  });

  it("without protection adopts nothing, and refuses every plan while a machine has the volume", () => {
    const unprotected = synthesize({ preventDestroy: { value: false, setting: "test.preventDestroy" } });
    expect(unprotected).not.toHaveProperty("import");
    expect(unprotected.data["aws_arn"]?.["data_free"].arn).toMatch(
      /test\.preventDestroy: expected true while .*, or destroy the machine"/,
    );
    expect(synthesize({ preventDestroy: { value: true, setting: "test.preventDestroy" } }).data).not.toHaveProperty(
      "aws_arn",
    );
  });
});
