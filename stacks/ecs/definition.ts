import { containerPlanProblems } from "../../modules/containers/container-plan";
import { cidrBlocksOverlap, dockerBridgeBlock } from "../../modules/network/cidr-overlap-plan";
import { cidrPlanProblems } from "../../modules/network/cidr-plan";
import { defineStack } from "../define-stack";
import { repositoryName } from "../names/containers";
import { ecsSteps } from "./next-steps";
import { containerPlan, ownServices, queueProblems, settingPath } from "./planned-services";
import { ecsNetwork, ecsSection, ecsShares } from "./settings";

/** The container host with CouchDB, Grand Central and more services. */
export const ecs = defineStack({
  name: "ecs",
  section: ecsSection,
  shares: ecsShares,
  after: ["ecs-data"],
  needs: ["machines"],
  rules: ({ aws, ecs }, report) => {
    if (ecs === undefined) return;
    const tell = ({ setting, got, expected }: ReturnType<typeof queueProblems>[number]) =>
      report(settingPath(setting), got, expected);
    if (aws?.availabilityZone !== undefined && ecs.cidrBlock) {
      cidrPlanProblems(ecsNetwork(aws.availabilityZone, ecs.cidrBlock)).forEach(tell);
    }
    if (ecs.cidrBlock && cidrBlocksOverlap(ecs.cidrBlock, dockerBridgeBlock)) {
      report(["ecs", "cidrBlock"], ecs.cidrBlock, `a block apart from ${dockerBridgeBlock}, the network of containers`);
    }
    for (const name of Object.keys(ecs.services ?? {}).filter((each) => ownServices.includes(each as never))) {
      report(["ecs", "services", name], name, `a name other than ${ownServices.join(" and ")}, which the stack has`);
    }
    queueProblems(ecs).forEach(tell);
    const plan = containerPlan(ecs);
    if (plan !== undefined) containerPlanProblems(plan).forEach(tell);
  },
  image: {
    folder: "ecs-host",
    setting: "ecs.hostImage.source",
    ownValue: "workbench",
    accountValues: ["amazon", "id"],
    architectureSetting: "ecs.hostImage.architecture",
    machines: ({ ecs }) => ({
      architecture: ecs.hostImage.architecture,
      subnetId: ecs.subnetId ?? undefined,
      mountPoint: ecs.mountPoint,
    }),
  },
  standIns: (settings) => [
    { recipe: "couchdb", repository: repositoryName(settings, "couchdb"), setting: "ecs.couchdb.image" },
  ],
  nextSteps: ecsSteps,
  load: async () => (await import("./stack")).EcsStack,
});
