import { defineStack, type StackClass } from "../../../stacks/define-stack";
import { archiveSection } from "./settings";

/** A host that nobody logs in to, with the volumes of `archive-data`, in a VPC without the internet. */
export const archive = defineStack({
  name: "archive",
  section: archiveSection,
  after: ["archive-data"],
  needs: ["machines"],
  load: async (): Promise<StackClass> => (await import("./stack")).ArchiveStack,
});
