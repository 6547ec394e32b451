import { describe, expect, it } from "vitest";
import { only, protectedIn, settingsWith, synthesize } from "../synthesize";

describe("stack ecs-data", () => {
  it("makes an encrypted, protected volume of 16 GiB that leaves a final snapshot, and daily snapshots", () => {
    const { resource } = synthesize("ecs-data", { ECS_DATA_VOLUME_SIZE_GIB: "16" });
    expect(only(resource, "aws_ebs_volume")).toMatchObject({
      size: 16,
      encrypted: true,
      final_snapshot: true,
      lifecycle: { prevent_destroy: true },
      tags: { Name: "workbench-local-ecs-data" },
      type: "gp3",
    });
    expect(only(resource, "aws_dlm_lifecycle_policy").policy_details.target_tags).toEqual({
      Name: "workbench-local-ecs-data",
    });
  });

  it("makes a repository for each service, in which a tag means one image for ever", () => {
    const { aws_ecr_repository: repositories = {} } = synthesize("ecs-data", {
      ECS_DATA_REPOSITORIES: "[couchdb, reports]",
    }).resource;
    expect(Object.values(repositories)).toMatchObject([
      { name: "workbench-local-couchdb", image_tag_mutability: "IMMUTABLE", force_delete: false },
      { name: "workbench-local-reports", image_tag_mutability: "IMMUTABLE", force_delete: false },
    ]);
  });

  it("protects the volume, the repositories, what was released, the password and the bucket", () => {
    const { resource } = synthesize("ecs-data", { ECS_DATA_BUCKET: "true" });
    expect(protectedIn({ resource }).sort()).toEqual([
      "aws_ebs_volume.data_volume",
      "aws_ecr_repository.repository_couchdb",
      "aws_ecr_repository.repository_grand-central",
      "aws_s3_bucket.bucket",
      "aws_secretsmanager_secret.admin_password",
      "aws_ssm_parameter.release_couchdb_image",
      "aws_ssm_parameter.release_grand-central_image",
    ]);
  });

  it("deletes images and objects with their places once it is retired", () => {
    const { resource } = synthesize("ecs-data", { ECS_DATA_PREVENT_DESTROY: "false", ECS_DATA_BUCKET: "true" });
    expect(protectedIn({ resource })).toEqual([]);
    expect(resource["aws_ecr_repository"]?.["repository_couchdb"].force_delete).toBe(true);
    expect(only(resource, "aws_s3_bucket").force_destroy).toBe(true);
  });

  it("replaces the volume for a restore alone, and protects all else", () => {
    const snapshotId = "snap-0123456789abcdef0";
    const conditionsOf = (values: Record<string, string>) =>
      only(synthesize("ecs-data", { ECS_DATA_SNAPSHOT_ID: snapshotId, ...values }).data, "aws_availability_zones")
        .lifecycle.precondition.map(({ error_message }: { error_message: string }) => error_message)
        .join("\n");
    expect(conditionsOf({})).toContain("ecs-data.snapshotId: expected");
    expect(conditionsOf({ ECS_DATA_REPLACE_VOLUME: "true" })).not.toContain("ecs-data.snapshotId: expected");
    const { resource } = synthesize("ecs-data", { ECS_DATA_SNAPSHOT_ID: snapshotId, ECS_DATA_REPLACE_VOLUME: "true" });
    expect(protectedIn({ resource })).not.toContain("aws_ebs_volume.data_volume");
    expect(protectedIn({ resource })).toContain("aws_secretsmanager_secret.admin_password");
  });

  it("says the IOPS of its volume, so that one of gp2 that somebody made can become one of gp3", () => {
    const { resource } = synthesize("ecs-data");
    expect(only(resource, "aws_ebs_volume")).toMatchObject({ type: "gp3", iops: 3000, throughput: 125 });
  });

  it("names the setting that lets a deploy replace the volume, when a host has it", () => {
    const values = { ECS_DATA_SNAPSHOT_ID: "snap-0123456789abcdef0", ECS_DATA_REPLACE_VOLUME: "true" };
    const { data } = synthesize("ecs-data", values);
    const refusals = Object.values(data["aws_arn"] ?? {}).map(({ arn }) => arn);
    expect(refusals).toHaveLength(2);
    for (const refusal of refusals) {
      expect(refusal).toContain("ecs-data.replaceVolume: expected false while a machine has the data volume");
      expect(refusal).toContain("got true, so nothing was changed; set it back to false, or run `");
    }
  });

  it.each([
    [{}, "false, since ecs-data.snapshotId names no snapshot to restore, got true"],
    [
      { ECS_DATA_SNAPSHOT_ID: "snap-0123456789abcdef0", ECS_DATA_FINAL_SNAPSHOT: "false" },
      "false, since ecs-data.finalSnapshot is false and the old volume would be lost, got true",
    ],
  ])("fails to replace the volume: %j", (values, sentence) => {
    expect(() => settingsWith({ ECS_DATA_REPLACE_VOLUME: "true", ...values })).toThrow(
      `ecs-data.replaceVolume: expected ${sentence}`,
    );
  });
});
