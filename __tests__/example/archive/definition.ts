import { cidrPlanProblems } from "../../../modules/network/cidr-plan";
import { defineStack } from "../../../stacks/define-stack";
import { archiveNetwork, archiveSection } from "./settings";

/** A host that nobody logs in to, with the volumes of `archive-data`, in a VPC without the internet. */
export const archive = defineStack({
  name: "archive",
  section: archiveSection,
  after: ["archive-data"],
  needs: ["machines"],
  rules: ({ aws, archive }, report) => {
    if (aws?.availabilityZone === undefined || archive?.cidrBlock === undefined) return;
    for (const problem of cidrPlanProblems(archiveNetwork(aws.availabilityZone, archive.cidrBlock))) {
      report(problem.setting.split("."), problem.got, problem.expected);
    }
  },
  load: async () => (await import("./stack")).ArchiveStack,
});
