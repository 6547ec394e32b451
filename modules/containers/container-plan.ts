import type { FromSetting, SettingProblem } from "../from-setting";

/** A port of a container, and the port of the host that leads to it. */
export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort: number;
}

/** What the services of one host can take from each other. */
export interface PlannedService {
  readonly name: string;
  /** The setting of the whole service, such as `ecs.services.reports`. */
  readonly setting: string;
  /** Its ports; `named` is the setting of a mapping that gives the port of the host. */
  readonly ports: readonly (PortMapping & { readonly named: keyof PortMapping })[];
  /** Folders of the host that its container sees. */
  readonly mounts: readonly { readonly hostPath: string; readonly containerPath: string }[];
}

/** The services of one host, and where it mounts its data volume. */
export interface ContainerPlanProps {
  readonly mountPoint: FromSetting<string>;
  /** Folders on the volume that belong to nobody's mounts. @default none */
  readonly ownFolders?: readonly string[];
  /** In an order that says who comes first: a later one is in the wrong. */
  readonly services: readonly PlannedService[];
}

/** Ports of Docker and of the ECS agent. Source: "Amazon ECS task networking", `PortMapping` (read 2026-11). */
const takenPorts = new Map([
  [22, "SSH"],
  [2375, "Docker"],
  [2376, "Docker"],
  [51678, "the ECS agent"],
  [51679, "the ECS agent"],
  [51680, "the ECS agent"],
]);

/** Every port and mount that cannot be, with the setting that gives it; empty if all fit. */
export function containerPlanProblems(props: ContainerPlanProps): SettingProblem[] {
  return [...portProblems(props), ...props.services.flatMap((service) => mountProblems(service, props))];
}

function portProblems({ services }: ContainerPlanProps): SettingProblem[] {
  const owners = new Map(takenPorts);
  return services.flatMap(({ name, setting, ports }) =>
    ports.flatMap(({ hostPort, named }, index) => {
      const owner = owners.get(hostPort);
      owners.set(hostPort, owner ?? name);
      if (owner === undefined) return [];
      const expected = `a port of the host that nothing else has: ${hostPort} is the port of ${owner}`;
      return [{ setting: `${setting}.ports.${index}.${named}`, got: hostPort, expected }];
    }),
  );
}

function mountProblems(service: PlannedService, { mountPoint, ownFolders = [] }: ContainerPlanProps): SettingProblem[] {
  const seen = new Set<string>();
  return service.mounts.flatMap(({ hostPath, containerPath }, index) => {
    const setting = `${service.setting}.mounts.${index}`;
    const problems: SettingProblem[] = [];
    if (!isBelow(hostPath, mountPoint.value)) {
      const expected = `a folder below ${mountPoint.value}, where the data volume is mounted (${mountPoint.setting})`;
      problems.push({ setting: `${setting}.hostPath`, got: hostPath, expected });
    }
    const own = ownFolders.find((folder) => isWithin(hostPath, folder) || isBelow(folder, hostPath));
    if (own !== undefined && problems.length === 0) {
      problems.push({ setting: `${setting}.hostPath`, got: hostPath, expected: `a folder apart from ${own}` });
    }
    if (seen.has(containerPath)) {
      const expected = "a folder of the container that no other mount has";
      problems.push({ setting: `${setting}.containerPath`, got: containerPath, expected });
    }
    seen.add(containerPath);
    return problems;
  });
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || isBelow(path, folder);
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
