import { dataVolumeFields } from "../../settings/fields/data-volume";
import { oneOf, section, wholeNumber } from "../../settings/fields/fields";
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
  ...dataVolumeFields({
    preventDestroy:
      "Refuse every plan that destroys or replaces the volume. Set false only while no machine has the volume.",
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

/** Sections that the stack shares with others. */
export const ebsShares = ["instanceTypes"] as const;

/** The settings that the stack reads. */
export type EbsSettings = StackSettings<"ebs", typeof ebsSection, (typeof ebsShares)[number]>;
