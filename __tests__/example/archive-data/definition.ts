import { defineStack, type StackClass } from "../../../stacks/define-stack";
import { dataVolumesTagKeys, dataVolumesTags } from "../../../stacks/names/data-volume";
import { archiveDataSection } from "./settings";

/** The volumes of the archive: a stack of numbered data volumes, as small as one can be. */
export const archiveData = defineStack({
  name: "archive-data",
  section: archiveDataSection,
  ownTags: dataVolumesTagKeys,
  keeps: ({ "archive-data": data }) =>
    data.preventDestroy
      ? {
          what: "the volumes of the archive",
          setting: "archive-data.preventDestroy",
          retire: ["WORKBENCH_ARCHIVE_DATA_PREVENT_DESTROY=false npx cdktf destroy archive-data"],
          consequence: "A final snapshot of each is kept.",
        }
      : undefined,
  numberedVolumes: (settings) => ({
    count: { value: settings["archive-data"].volumes, setting: "archive-data.volumes" },
    identifyingTags: dataVolumesTags(settings, "archive-data"),
  }),
  load: async (): Promise<StackClass> => (await import("./stack")).ArchiveDataStack,
});
