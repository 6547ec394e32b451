import type { PortMapping } from "./container-plan";

/** When a container counts as healthy. */
export interface HealthCheck {
  /** Command for the shell of the image. */
  readonly command: string;
  readonly intervalSec: number;
  readonly timeoutSec: number;
  /** Failed checks after which the container is unhealthy. */
  readonly retries: number;
  /** Seconds at the start in which failed checks do not count. */
  readonly startPeriodSec: number;
}

/** A folder of the host in a container. */
export interface ContainerMount {
  /** Absolute path on the host. */
  readonly hostPath: string;
  /** Absolute path in the container. */
  readonly containerPath: string;
  readonly readOnly?: boolean;
}

/** One container of a task. */
export interface ContainerProps {
  readonly name: string;
  /** Image by its digest. */
  readonly image: string;
  /** Memory in MiB. A container that needs more is ended. */
  readonly memoryMiB: number;
  /** Whether the task ends with this container. @default true */
  readonly essential?: boolean;
  /** User id, or user and group id: `1000:100`. @default the image's */
  readonly user?: string;
  /** Program and arguments in the place of the image's. @default the image's */
  readonly entryPoint?: readonly string[];
  /** @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** ARNs of secrets by environment variable. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** @default none */
  readonly ports?: readonly PortMapping[];
  /** @default none */
  readonly mounts?: readonly ContainerMount[];
  /** @default it is healthy while it runs */
  readonly healthCheck?: HealthCheck;
  /** Seconds after its start in which it must become what other containers wait for. @default they wait for ever */
  readonly startTimeoutSec?: number;
  /** Seconds that it has to end after SIGTERM. @default 30 */
  readonly stopTimeoutSec?: number;
  /** Addresses by the names that it knows them by. @default none */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Containers of the task that must have ended well before this one starts. @default none */
  readonly after?: readonly string[];
  /** Containers of the task that must be healthy before this one starts. @default none */
  readonly afterHealthy?: readonly string[];
}

/** Where containers write what they print. */
export interface ContainerLog {
  readonly group: string;
  readonly region: string;
}

/**
 * A container in a task definition, with every value that ECS would add, so that a plan shows no difference.
 *
 * @param volumeOf name of the volume that stands for a folder of the host
 */
export function containerDefinition(
  props: ContainerProps,
  log: ContainerLog,
  volumeOf: (hostPath: string) => string,
): Record<string, unknown> {
  const { healthCheck, entryPoint, startTimeoutSec, after = [], afterHealthy = [] } = props;
  const dependsOn = [
    ...after.map((containerName) => ({ containerName, condition: "SUCCESS" })),
    ...afterHealthy.map((containerName) => ({ containerName, condition: "HEALTHY" })),
  ];
  return {
    name: props.name,
    image: props.image,
    memory: props.memoryMiB,
    cpu: 0,
    essential: props.essential ?? true,
    ...(props.user !== undefined && { user: props.user }),
    ...(entryPoint && { entryPoint }),
    environment: named(props.environment, "value"),
    secrets: named(props.secrets, "valueFrom"),
    portMappings: (props.ports ?? []).map((port) => ({ ...port, protocol: "tcp" })),
    mountPoints: (props.mounts ?? []).map(({ hostPath, containerPath, readOnly = false }) => ({
      sourceVolume: volumeOf(hostPath),
      containerPath,
      readOnly,
    })),
    volumesFrom: [],
    systemControls: [],
    extraHosts: Object.entries(props.hosts ?? {}).map(([hostname, ipAddress]) => ({ hostname, ipAddress })),
    ...(dependsOn.length > 0 && { dependsOn }),
    ...(healthCheck && {
      healthCheck: {
        command: ["CMD-SHELL", healthCheck.command],
        interval: healthCheck.intervalSec,
        timeout: healthCheck.timeoutSec,
        retries: healthCheck.retries,
        startPeriod: healthCheck.startPeriodSec,
      },
    }),
    ...(startTimeoutSec !== undefined && { startTimeout: startTimeoutSec }),
    stopTimeout: props.stopTimeoutSec ?? 30,
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": log.group, "awslogs-region": log.region, "awslogs-stream-prefix": "ecs" },
    },
  };
}

/** ECS returns them sorted by name. */
function named(values: Readonly<Record<string, string>> = {}, key: string): Record<string, string>[] {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, [key]: value }));
}
