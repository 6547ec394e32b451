import { expect, it } from "vitest";
import { SnapshotSchedule } from "../../../modules/storage/snapshot-schedule";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { resource } = synthesizeModule(
  (stack) =>
    new SnapshotSchedule(stack, "schedule", {
      name: "parts-snapshots",
      partition: "aws-cn",
      volumeTag: { key: "Set", value: "parts" },
      timeUtc: "04:30",
      retainCount: 3,
    }),
);

it("takes daily snapshots of the volumes with the tag, and keeps so many of each", () => {
  const policy = only(resource, "aws_dlm_lifecycle_policy");
  expect(policy).toMatchObject({ description: "Daily snapshots of parts", state: "ENABLED" });
  const [details] = [policy.policy_details].flat();
  expect(details).toMatchObject({ resource_types: ["VOLUME"], target_tags: { Set: "parts" } });
  expect([details.schedule].flat()[0]).toMatchObject({
    create_rule: { interval: 24, interval_unit: "HOURS", times: ["04:30"] },
    retain_rule: { count: 3 },
  });
});

it("has a role of the region's own partition, which exists as long as the policy does", () => {
  expect(only(resource, "aws_iam_role_policy_attachment").policy_arn).toBe(
    "arn:aws-cn:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole",
  );
  expect(only(resource, "aws_dlm_lifecycle_policy").depends_on).toEqual([
    "aws_iam_role_policy_attachment.schedule_role_policy",
  ]);
});
