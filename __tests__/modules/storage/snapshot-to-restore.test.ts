import type { Precondition } from "cdktf";
import { expect, it } from "vitest";
import { SnapshotToRestore } from "../../../modules/storage/snapshot-to-restore";
import { synthesizeModule } from "../synthesize-module";

let fits: Precondition;
const { data } = synthesizeModule((stack) => {
  fits = new SnapshotToRestore(stack, "snapshot", {
    snapshotId: { value: "snap-1", setting: "test.snapshotId" },
    volumeSizeGiB: { value: 5, setting: "test.size" },
  }).fits;
});

it("fails a plan for a snapshot that is not there, before it is read", () => {
  expect(data["aws_ebs_snapshot_ids"]?.["snapshot_found"].lifecycle.postcondition).toEqual([
    {
      condition: "${length(self.ids) == 1}",
      error_message:
        "test.snapshotId: expected a snapshot in this account and region, got snap-1, which is not there; " +
        "set it to null once the volume has been restored.",
    },
  ]);
  expect(data["aws_ebs_snapshot"]?.["snapshot"].depends_on).toEqual(["data.aws_ebs_snapshot_ids.snapshot_found"]);
});

it("fails a plan for a snapshot that is not complete", () => {
  expect(data["aws_ebs_snapshot"]?.["snapshot"].lifecycle.postcondition).toEqual([
    {
      condition: '${self.state == "completed"}',
      error_message:
        "test.snapshotId: expected a completed snapshot, got snap-1, which is ${self.state}; " +
        "wait for it with `aws ec2 wait snapshot-completed --snapshot-ids snap-1`.",
    },
  ]);
});

it("fails a plan for a volume that cannot hold it", () => {
  expect(fits.errorMessage).toMatch(/^test\.size: expected at least the .* GiB of snap-1, got 5\.$/);
});
