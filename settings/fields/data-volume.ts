import type { z } from "zod";
import { kmsKeyArn } from "./aws-names";
import { flag, section, text, wholeNumber } from "./fields";

/** Settings that every stack with one protected data volume has, beside the volume's size and type. */
export interface DataVolumeFields {
  readonly kmsKeyArn: z.ZodDefault<z.ZodNullable<z.ZodString>>;
  readonly snapshotId: z.ZodDefault<z.ZodNullable<z.ZodString>>;
  readonly preventDestroy: z.ZodDefault<z.ZodBoolean>;
  readonly finalSnapshot: z.ZodDefault<z.ZodBoolean>;
  readonly snapshotSchedule: ReturnType<typeof snapshotSchedule>;
}

/** What a setting of a data volume does in one stack. */
export interface DataVolumeWords {
  readonly preventDestroy: string;
  /** What becomes of an existing volume when there is another snapshot to restore. @default it must be retired first */
  readonly existingVolume?: string;
}

/** Settings of one protected data volume. */
export const dataVolumeFields = ({
  preventDestroy,
  existingVolume = "An existing volume keeps its data: retire it first.",
}: DataVolumeWords): DataVolumeFields => ({
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
    .describe(`Snapshot to restore a new volume from. ${existingVolume}`),
  preventDestroy: flag().default(true).describe(preventDestroy),
  finalSnapshot: flag().default(true).describe("Keep a final snapshot when the volume is destroyed on purpose."),
  snapshotSchedule: snapshotSchedule(),
});

const snapshotSchedule = () =>
  section({
    enabled: flag().default(true).describe("Take daily snapshots of the data volume, with Data Lifecycle Manager."),
    timeUtc: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as "03:00"')
      .default("03:00")
      .describe("Time of the daily snapshot, in UTC."),
    retainCount: wholeNumber(1, 1000).default(14).describe("Number of daily snapshots to keep."),
  });
