import type { ContainerPlanProps, PlannedService } from "../../modules/containers/container-plan";
import type { SettingProblem } from "../../modules/from-setting";
import { longestQueueName } from "../../modules/messaging/queue-plan";
import type { RightParts } from "../../settings/fields/rules";
import { maxPrefixLength } from "../../settings/load/load";
import type { EcsSettings } from "./settings";

type Ecs = EcsSettings["ecs"];

/** Port of CouchDB, which also serves Fauxton. */
export const couchdbPort = 5984;

/** Where CouchDB's files are, in the container and below the host's mount point. Its image fixes both. */
export const couchdbFolders = { data: "data", settings: "etc/local.d" } as const;

/** Folder on the volume for what the host and its containers tell each other. */
export const ownFolder = ".workbench";

/** Services whose names no other may have. */
export const ownServices = ["couchdb", "grand-central"] as const;

/** The services of the host: Grand Central, and those that the settings add. CouchDB has fixed ports and folders. */
function plannedServices({ grandCentral, services = {} }: RightParts<Ecs>): PlannedService[] {
  const added = Object.entries(services).map(([name, service]) => planned(name, `ecs.services.${name}`, service));
  const couchdb = {
    name: "couchdb",
    setting: "ecs.couchdb",
    ports: [{ containerPort: couchdbPort, hostPort: couchdbPort, named: "hostPort" as const }],
    mounts: [],
  };
  return [couchdb, planned("grand-central", "ecs.grandCentral", grandCentral), ...added];
}

/** What the services of the host can take from each other; undefined while the mount point is wrong. */
export function containerPlan(ecs: RightParts<Ecs>): ContainerPlanProps | undefined {
  const { mountPoint } = ecs;
  if (mountPoint === undefined) return undefined;
  return {
    mountPoint: { value: mountPoint, setting: "ecs.mountPoint" },
    ownFolders: [...Object.values(couchdbFolders), ownFolder].map((folder) => `${mountPoint}/${folder}`),
    services: plannedServices(ecs),
  };
}

/** Characters for a service and its queue together. The name in SQS is `<project>-<environment>_<service>_<queue>`. */
const longestTogether = longestQueueName - maxPrefixLength - 2;

/** Queues whose names would be too long for SQS; empty if all fit. */
export function queueProblems({ grandCentral, services = {} }: RightParts<Ecs>): SettingProblem[] {
  const all = [
    { name: "grand-central", setting: "ecs.grandCentral", queues: grandCentral?.queues },
    ...Object.entries(services).map(([name, each]) => ({ name, setting: `ecs.services.${name}`, ...each })),
  ];
  return all.flatMap(({ name, setting, queues = [] }) =>
    queues.flatMap((queue, index) => {
      if (queue === undefined || name.length + queue.length <= longestTogether) return [];
      const expected = `at most ${longestTogether - name.length} characters, since service and queue may have ${longestTogether}`;
      return [{ setting: `${setting}.queues.${index}`, got: queue, expected }];
    }),
  );
}

function planned(name: string, setting: string, service: RightParts<Ecs["grandCentral"]> | undefined): PlannedService {
  const { ports = [], mounts = [] } = service ?? {};
  return {
    name,
    setting,
    ports: ports.flatMap((port) => {
      const { containerPort, hostPort } = port ?? {};
      if (containerPort === undefined) return [];
      const named = hostPort == null ? ("containerPort" as const) : ("hostPort" as const);
      return [{ containerPort, hostPort: hostPort ?? containerPort, named }];
    }),
    mounts: mounts.flatMap((mount) => {
      const { hostPath, containerPath } = mount ?? {};
      return hostPath === undefined || containerPath === undefined ? [] : [{ hostPath, containerPath }];
    }),
  };
}

/** The path of a setting as `report` takes it: `ecs.services.reports.ports.0` has a number at its end. */
export function settingPath(setting: string): (string | number)[] {
  return setting.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
