import { section, wholeNumber } from "../../../settings/fields/fields";
import type { StackSettings } from "../../../stacks/define-stack";

export const archiveSection = section({
  volumes: wholeNumber(1, 8).default(2).describe("Number of volumes that the archive uses."),
}).describe("The archive.");

export type ArchiveSettings = StackSettings<"archive", typeof archiveSection>;
