import { dataVolumeFields } from "../../settings/fields/data-volume";
import { flag, listOf, section, text, wholeNumber } from "../../settings/fields/fields";
import { rule } from "../../settings/fields/rules";
import type { StackSettings } from "../define-stack";
import { serviceNamePattern, serviceNamePhrase } from "../names/containers";

/** Settings of what the stack `ecs` must never lose. */
export const ecsDataSection = section({
  volumeSizeGiB: wholeNumber(1, 16384, "GiB")
    .default(16)
    .describe("Size of the data volume (gp3) in GiB. It can grow, never shrink."),
  ...dataVolumeFields({
    preventDestroy:
      "Refuse every plan that destroys or replaces the volume, a repository, CouchDB's password or the bucket.",
    existingVolume: "An existing volume keeps its data, unless ecs-data.replaceVolume is true.",
  }),
  replaceVolume: flag()
    .default(false)
    .describe(
      "true: the next deploy replaces the volume by one from ecs-data.snapshotId, and keeps a final snapshot of the old " +
        "one. Use it for the one command of a restore.",
    ),
  repositories: listOf(text(serviceNamePattern, serviceNamePhrase), "names of services")
    .default(["couchdb", "grand-central"])
    .describe(
      "Services with an ECR repository of their own. " +
        "Removing a name destroys its repository, which ECR refuses while it holds an image.",
    ),
  untaggedImages: wholeNumber(1, 1000)
    .default(10)
    .describe("Number of images without a tag that a repository keeps, the newest. Images with a tag never expire."),
  bucket: flag()
    .default(false)
    .describe("Make a private bucket for files with secrets, which services read through their roles."),
  adminPasswordVersion: wholeNumber(1, 1_000_000)
    .default(1)
    .describe("Another number generates a new password of CouchDB's admin. It takes effect when CouchDB starts again."),
})
  .check(
    rule(({ replaceVolume, snapshotId, finalSnapshot }, context) => {
      if (!replaceVolume) return;
      const message =
        snapshotId === null
          ? "false, since ecs-data.snapshotId names no snapshot to restore"
          : "false, since ecs-data.finalSnapshot is false and the old volume would be lost";
      if (snapshotId === null || finalSnapshot === false) {
        context.addIssue({ code: "custom", path: ["replaceVolume"], input: replaceVolume, message });
      }
    }),
  )
  .describe("What the stack ecs must never lose: its volume, image repositories and secrets.");

/** Sections that the stack shares with others. */
export const ecsDataShares = ["instanceTypes"] as const;

/** The settings that the stack reads. */
export type EcsDataSettings = StackSettings<"ecs-data", typeof ecsDataSection, (typeof ecsDataShares)[number]>;
