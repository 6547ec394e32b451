import { kmsKeyArn } from "../../settings/fields/aws-names";
import { flag, oneOf, section, text, wholeNumber } from "../../settings/fields/fields";
import { rule } from "../../settings/fields/rules";
import type { StackSettings } from "../define-stack";
import { volumeLimits, volumeProblems, volumeTypes } from "./volume-limits";

/** Settings of the data volume, which outlives every machine. */
export const ebsSection = section({
  volumeSizeGiB: wholeNumber(1, 65536, "GiB")
    .default(20)
    .describe("Size of the data volume in GiB. It can grow, never shrink."),
  volumeType: oneOf(volumeTypes).default("gp3").describe("Type of the data volume."),
  iops: wholeNumber(100, 256000).default(3000).describe("Provisioned IOPS; gp3, io1 and io2 only. gp3 includes 3000."),
  throughputMiBps: wholeNumber(...volumeLimits.gp3.throughput, "MiB/s")
    .default(125)
    .describe(
      "Provisioned throughput in MiB/s; gp3 only. gp3 includes 125. " +
        "AWS sells up to 2000, but the AWS provider accepts at most 1000.",
    ),
  kmsKeyArn: kmsKeyArn()
    .nullable()
    .default(null)
    .describe(
      "Customer managed KMS key; null: the account's default EBS key. " +
        "AWS cannot change the key of a volume: retire the volume first.",
    ),
  snapshotId: text(/^snap-([0-9a-f]{8}|[0-9a-f]{17})$/, "a snapshot id such as snap-0123456789abcdef0")
    .nullable()
    .default(null)
    .describe("Snapshot to restore a new volume from. An existing volume keeps its data: retire it first."),
  preventDestroy: flag()
    .default(true)
    .describe(
      "Refuse every plan that destroys or replaces the volume. Set false only while no machine has the volume.",
    ),
  finalSnapshot: flag().default(true).describe("Keep a final snapshot when the volume is destroyed on purpose."),
  snapshotSchedule: section({
    enabled: flag().default(true).describe("Take daily snapshots of the data volume, with Data Lifecycle Manager."),
    timeUtc: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as "03:00"')
      .default("03:00")
      .describe("Time of the daily snapshot, in UTC."),
    retainCount: wholeNumber(1, 1000).default(14).describe("Number of daily snapshots to keep."),
  }),
})
  .check(
    rule((volume, context) => {
      for (const { key, expected } of volumeProblems(volume)) {
        context.addIssue({ code: "custom", path: [key], input: volume[key], message: expected });
      }
    }),
  )
  .describe("The data volume. It outlives every machine.");

/** The settings that the stack reads. */
export type EbsSettings = StackSettings<"ebs", typeof ebsSection>;
