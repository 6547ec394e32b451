import { defineStack } from "../define-stack";
import { ecsDataSection, ecsDataShares } from "./settings";

/** What the stack `ecs` must never lose: the data volume, the image repositories, CouchDB's password, the bucket. */
export const ecsData = defineStack({
  name: "ecs-data",
  section: ecsDataSection,
  shares: ecsDataShares,
  ownTags: ["Complete"],
  keeps: ({ "ecs-data": data }) =>
    data.preventDestroy
      ? {
          what: "the data volume, the image repositories and the password of CouchDB",
          setting: "ecs-data.preventDestroy",
          // The provider deletes the images of a repository only if the last deploy said so.
          retire: [
            "WORKBENCH_ECS_DATA_PREVENT_DESTROY=false npx cdktf deploy ecs-data",
            "WORKBENCH_ECS_DATA_PREVENT_DESTROY=false npx cdktf destroy ecs-data",
          ],
          consequence: data.finalSnapshot
            ? "A final snapshot of the volume is kept. Images, password and bucket are deleted at once."
            : "No snapshot is kept. Images, password and bucket are deleted at once.",
        }
      : undefined,
  load: async () => (await import("./stack")).EcsDataStack,
});
