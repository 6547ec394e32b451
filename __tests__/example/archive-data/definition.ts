import { defineStack } from "../../../stacks/define-stack";
import { dataVolumesTagKeys, dataVolumesTags } from "../../../stacks/names/data-volume";
import { archiveDataSection } from "./settings";

/** What the archive must not lose: numbered data volumes and a generated secret, as small a stack as can be. */
export const archiveData = defineStack({
  name: "archive-data",
  section: archiveDataSection,
  ownTags: dataVolumesTagKeys,
  keeps: ({ "archive-data": data }) =>
    data.preventDestroy
      ? {
          what: "the volumes and the key of the archive",
          setting: "archive-data.preventDestroy",
          retire: ["WORKBENCH_ARCHIVE_DATA_PREVENT_DESTROY=false npx cdktf destroy archive-data"],
          consequence: "A final snapshot of each volume is kept. The key is deleted at once.",
        }
      : undefined,
  numberedVolumes: (settings) => ({
    count: { value: settings["archive-data"].volumes, setting: "archive-data.volumes" },
    identifyingTags: dataVolumesTags(settings, "archive-data"),
  }),
  load: async () => (await import("./stack")).ArchiveDataStack,
});
