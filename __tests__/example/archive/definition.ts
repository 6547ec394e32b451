import { defineStack, type StackClass } from "../../../stacks/define-stack";
import { archiveSection } from "./settings";

/** What uses the volumes of `archive-data`: here, only their names. */
export const archive = defineStack({
  name: "archive",
  section: archiveSection,
  after: ["archive-data"],
  load: async (): Promise<StackClass> => (await import("./stack")).ArchiveStack,
});
