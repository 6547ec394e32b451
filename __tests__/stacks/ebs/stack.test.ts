import { describe, expect, it } from "vitest";
import { only, synthesize } from "../synthesize";

describe("stack ebs", () => {
  it("makes an encrypted, protected gp3 volume that leaves a final snapshot", () => {
    const { resource } = synthesize("ebs");
    expect(only(resource, "aws_ebs_volume")).toMatchObject({
      availability_zone: "eu-west-1a",
      encrypted: true,
      final_snapshot: true,
      iops: 3000,
      lifecycle: { prevent_destroy: true },
      size: 1,
      tags: { Name: "workbench-local-data", Holds: "everything that the development machine keeps" },
      throughput: 125,
      type: "gp3",
    });
  });

  it("gives IOPS and throughput only to types that take them", () => {
    const { resource } = synthesize("ebs", { EBS_VOLUME_TYPE: "gp2" });
    expect(only(resource, "aws_ebs_volume")).not.toHaveProperty("iops");
    expect(only(resource, "aws_ebs_volume")).not.toHaveProperty("throughput");
    const io2 = only(
      synthesize("ebs", { EBS_VOLUME_TYPE: "io2", EBS_VOLUME_SIZE_GIB: "10" }).resource,
      "aws_ebs_volume",
    );
    expect(io2).toMatchObject({ iops: 3000 });
    expect(io2).not.toHaveProperty("throughput");
  });

  it("encrypts with the key that the setting names", () => {
    const kmsKeyArn = "arn:aws:kms:eu-west-1:123456789012:key/0123abcd";
    expect(only(synthesize("ebs", { EBS_KMS_KEY_ARN: kmsKeyArn }).resource, "aws_ebs_volume").kms_key_id).toBe(
      kmsKeyArn,
    );
  });

  it("lets Terraform destroy the volume if the settings say so", () => {
    const { resource } = synthesize("ebs", { EBS_PREVENT_DESTROY: "false", EBS_FINAL_SNAPSHOT: "false" });
    expect(only(resource, "aws_ebs_volume")).toMatchObject({
      final_snapshot: false,
      lifecycle: { prevent_destroy: false },
    });
  });

  it("adopts a half-made volume while it is protected, and marks its own as complete", () => {
    const { import: imports, data, resource } = synthesize("ebs");
    expect(imports).toMatchObject([{ to: "aws_ebs_volume.data_volume", id: "${each.value.id}" }]);
    expect(data["aws_ebs_volumes"]?.["data_volume_existing_found"].tags).toEqual({
      Name: "workbench-local-data",
      Project: "workbench",
      Environment: "local",
    });
    expect(only(resource, "aws_ec2_tag")).toMatchObject({
      resource_id: "${aws_ebs_volume.data_volume.id}",
      key: "Complete",
      value: "true",
    });
    const unprotected = synthesize("ebs", { EBS_PREVENT_DESTROY: "false" });
    expect(unprotected).not.toHaveProperty("import");
    expect(only(unprotected.resource, "aws_ec2_tag")).toBeDefined();
  });

  it("restores a snapshot only into a volume that can hold it", () => {
    const { resource, data } = synthesize("ebs", { EBS_SNAPSHOT_ID: "snap-0123456789abcdef0" });
    expect(only(resource, "aws_ebs_volume").snapshot_id).toBe("snap-0123456789abcdef0");
    expect(only(data, "aws_availability_zones").lifecycle.precondition).toContainEqual(
      expect.objectContaining({
        condition: "${(1 >= data.aws_ebs_snapshot.data_volume_snapshot.volume_size)}",
      }),
    );
  });

  it("refuses a change for which AWS would need another volume, protected or not", () => {
    const kmsKeyArn = "arn:aws:kms:eu-west-1:123456789012:key/0123abcd";
    const snapshotId = "snap-0123456789abcdef0";
    const values = { EBS_PREVENT_DESTROY: "false", EBS_KMS_KEY_ARN: kmsKeyArn, EBS_SNAPSHOT_ID: snapshotId };
    const { resource, data } = synthesize("ebs", values);
    const zones = only(data, "aws_availability_zones");
    expect(only(resource, "aws_ebs_volume").depends_on).toContain("data.aws_availability_zones.data_volume_zones");
    const conditions = zones.lifecycle.precondition.map(({ condition }: { condition: string }) => condition);
    const every = (condition: string) =>
      `\${alltrue([for volume in data.aws_ebs_volume.data_volume_existing : ${condition}])}`;
    expect(conditions).toEqual(
      expect.arrayContaining([
        every('volume.availability_zone == "eu-west-1a"'),
        every(`volume.kms_key_id == "${kmsKeyArn}"`),
        every(`volume.snapshot_id == "${snapshotId}"`),
        every("volume.size <= 1"),
      ]),
    );
  });

  it("fails every plan while a machine has a volume that nothing protects, found by its tags and by the state", () => {
    const { aws_arn, aws_ebs_volumes } = synthesize("ebs", { EBS_PREVENT_DESTROY: "false" }).data;
    expect(aws_arn?.["data_volume_free"].arn).toContain(
      "set it back to true, or run `npm run local -- npx cdktf destroy ec2` first",
    );
    expect(aws_arn?.["data_volume_free_in_state"].arn).toContain(
      "data.aws_ebs_volumes.data_volume_free_attached_in_state.ids",
    );
    expect(aws_ebs_volumes?.["data_volume_free_attached_in_state"].filter).toContainEqual({
      name: "volume-id",
      values: ['${element(split(",", aws_ec2_tag.data_volume_adoption_complete.id), 0)}'],
    });
    expect(synthesize("ebs").data).not.toHaveProperty("aws_arn");
  });

  it("takes daily snapshots of this volume alone, and keeps as many as the setting says", () => {
    const { resource } = synthesize("ebs", { EBS_SNAPSHOT_SCHEDULE_RETAIN_COUNT: "3" });
    const [details] = [only(resource, "aws_dlm_lifecycle_policy").policy_details].flat();
    expect(details.target_tags).toEqual({ Name: "workbench-local-data" });
    expect([details.schedule].flat()[0]).toMatchObject({ copy_tags: true, retain_rule: { count: 3 } });
  });

  it("names the service's policy in the region's own partition", () => {
    const { resource } = synthesize("ebs", { AWS_REGION: "us-gov-west-1", AWS_AVAILABILITY_ZONE: "us-gov-west-1a" });
    expect(only(resource, "aws_iam_role_policy_attachment").policy_arn).toBe(
      "arn:aws-us-gov:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole",
    );
  });

  it("destroys the volume before its schedule, and gives snapshots the hours they need", () => {
    const volume = only(synthesize("ebs").resource, "aws_ebs_volume");
    expect(volume.depends_on).toContain("aws_dlm_lifecycle_policy.snapshot_schedule");
    expect(volume.timeouts.delete).toBe("12h");
  });

  it("makes no schedule when it is turned off", () => {
    expect(synthesize("ebs", { EBS_SNAPSHOT_SCHEDULE_ENABLED: "false" }).resource).not.toHaveProperty(
      "aws_dlm_lifecycle_policy",
    );
  });
});
