import { defineStack } from "../define-stack";
import { ebsSection, ebsShares } from "./settings";

/** The data volume, which outlives every machine, and its daily snapshots. */
export const ebs = defineStack({
  name: "ebs",
  section: ebsSection,
  shares: ebsShares,
  ownTags: ["Complete"],
  keeps: ({ ebs }) =>
    ebs.preventDestroy
      ? {
          what: "the data volume",
          setting: "ebs.preventDestroy",
          retire: ["WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs"],
          consequence: ebs.finalSnapshot
            ? "A final snapshot is kept if ebs.finalSnapshot was true when ebs was last deployed."
            : "No snapshot is kept, unless ebs.finalSnapshot was true when ebs was last deployed.",
        }
      : undefined,
  load: async () => (await import("./stack")).EbsStack,
});
