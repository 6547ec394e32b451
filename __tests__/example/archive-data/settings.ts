import { flag, section, wholeNumber } from "../../../settings/fields/fields";
import type { StackSettings } from "../../../stacks/define-stack";

export const archiveDataSection = section({
  volumes: wholeNumber(1, 8).default(2).describe("Number of volumes. It can grow; a command retires the last one."),
  volumeSizeGiB: wholeNumber(1, 64, "GiB").default(1).describe("Size of each volume in GiB."),
  preventDestroy: flag().default(true).describe("Refuse every plan that destroys or replaces a volume or the key."),
}).describe("The volumes and the key of the archive.");

export type ArchiveDataSettings = StackSettings<"archive-data", typeof archiveDataSection>;
