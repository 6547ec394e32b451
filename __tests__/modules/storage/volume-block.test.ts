import type { Construct } from "constructs";
import { describe, expect, it } from "vitest";
import { VolumeBlock, type VolumeBlockForm, type VolumeBlockProps } from "../../../modules/storage/volume-block";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { someVolume } from "./volume-props";

/** The least that can be made of a block. */
class Block extends VolumeBlock {
  constructor(scope: Construct, id: string, props: Partial<VolumeBlockProps>, form: Partial<VolumeBlockForm>) {
    const tags = { Name: id };
    super(scope, id, { ...someVolume, ...props }, { tags, identifyingTags: tags, snapshots: [], ...form });
  }
}

const synthesize = (props: Partial<VolumeBlockProps> = {}, form: Partial<VolumeBlockForm> = {}) =>
  synthesizeModule((stack) => new Block(stack, "data", props, form));
const protectedBy = (value: boolean) => ({ preventDestroy: { value, setting: "test.preventDestroy" } });

describe("a block of data volumes", () => {
  it("is encrypted, protected and with a final snapshot, and says what it holds", () => {
    expect(only(synthesize().resource, "aws_ebs_volume")).toMatchObject({
      encrypted: true,
      final_snapshot: true,
      lifecycle: { prevent_destroy: true },
      size: 20,
      type: "gp3",
      tags: { Name: "data", Holds: "what a test keeps" },
    });
  });

  it("takes no key that the settings do not name", () => {
    const kmsKeyArn = { value: null, setting: "test.key" };
    expect(only(synthesize({ kmsKeyArn }).resource, "aws_ebs_volume")).not.toHaveProperty("kms_key_id");
  });

  it("names the setting of each property that AWS cannot change", () => {
    const { data } = synthesize(
      { kmsKeyArn: { value: "arn:aws:kms:eu-west-1:1:key/1", setting: "test.key" } },
      { snapshotId: "snap-1", snapshots: [{ value: "snap-1", setting: "test.snapshotId" }] },
    );
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

  it("checks the conditions of its form first", () => {
    const condition = { condition: "${true}", errorMessage: "The form's." };
    const { data } = synthesize({}, { conditions: () => [condition] });
    expect(only(data, "aws_availability_zones").lifecycle.precondition[0].error_message).toBe("The form's.");
  });

  it("fails at the plan for a zone that the region does not have, and names the setting", () => {
    expect(only(synthesize().data, "aws_availability_zones").lifecycle.postcondition).toEqual([
      {
        condition: '${contains(self.names, "eu-west-1a")}',
        error_message: 'aws.availabilityZone: expected one of ${join(", ", self.names)}, got "eu-west-1a".',
      },
    ]);
  });

  it("plans no volume before these conditions hold", () => {
    expect(only(synthesize().resource, "aws_ebs_volume").depends_on).toEqual([
      "data.aws_availability_zones.data_zones",
    ]);
  });

  it("keeps the import of another block of the same stack", () => {
    const { import: imports } = synthesizeModule((stack) => {
      for (const name of ["one", "two"]) new Block(stack, name, {}, {});
    });
    expect(imports?.map(({ to }) => to)).toEqual(["aws_ebs_volume.one", "aws_ebs_volume.two"]);
  });

  it("without protection adopts nothing, and refuses every plan while a machine has a volume", () => {
    const unprotected = synthesize(protectedBy(false));
    expect(only(unprotected.resource, "aws_ebs_volume").lifecycle.prevent_destroy).toBe(false);
    expect(unprotected).not.toHaveProperty("import");
    expect(unprotected.data["aws_arn"]?.["data_free"].arn).toMatch(
      /test\.preventDestroy: expected true while .*, or destroy the machine"/,
    );
    expect(synthesize(protectedBy(true)).data).not.toHaveProperty("aws_arn");
  });
});
