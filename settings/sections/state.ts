import { regionInPartition } from "../fields/aws-names";
import { flag, section, text } from "../fields/fields";

/** Where Terraform keeps its state. */
export const stateSection = section({
  directory: text(
    /^(?![/~])(\.\.\/)*((?!\/\.\.(\/|$)|[$%]\{)\P{C})+$/u,
    "a folder relative to the project, such as state",
  )
    .default("state")
    .describe("Folder of the state files, relative to the project; used if state.bucket is null."),
  bucket: text(/^(?!.*\.\.)(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of an S3 bucket")
    .nullable()
    .default(null)
    .describe("S3 bucket for the state files, made by stack `state`; null: local files."),
  region: regionInPartition()
    .nullable()
    .default(null)
    .describe("Region of state.bucket; null: aws.region. Changing it replaces the bucket that stack `state` made."),
  preventDestroy: flag().default(true).describe("Refuse every plan that destroys or replaces the state bucket."),
}).describe("Where Terraform keeps its state.");
