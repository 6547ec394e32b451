import type { Precondition } from "cdktf";
import { Construct } from "constructs";
import type { AllowStatement } from "../../modules/access/policy-documents";
import type { ContainerProps } from "../../modules/containers/container-definition";
import { type ContainerHost, dockerGateway, type HostFolder } from "../../modules/containers/container-host";
import { ContainerService } from "../../modules/containers/container-service";
import type { FoundRepository } from "../../modules/containers/found-repository";
import { readyMemoryMiB, withReadyContainer } from "../../modules/containers/ready-container";
import { Queue } from "../../modules/messaging/queue";
import type { ServiceNames } from "../names/containers";
import type { ServiceSettings } from "./service-settings";

/** What all services of the host have in common. */
export interface ServiceContext {
  readonly host: ContainerHost;
  /** First part of the names of queues. */
  readonly prefix: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly secretsKeyArns: readonly string[];
  readonly logRetentionDays: number;
  /** The bucket for files with secrets. */
  readonly bucketName: string;
}

/** An image by its digest, and who may have to let ECS pull it. */
export interface ServiceImage {
  readonly uri: string;
  readonly preconditions: readonly Precondition[];
  /** How many tasks its service wants: 1, or 0 before the first release. */
  readonly taskCount: number;
  /** The repository of `ecs-data` that has it. @default it is elsewhere */
  readonly repository?: FoundRepository;
}

/** A service as the settings describe it. */
export interface DescribedServiceProps extends ServiceContext {
  readonly name: string;
  readonly names: ServiceNames;
  readonly settings: ServiceSettings;
  readonly image: ServiceImage;
}

/** A queue of a service. */
export interface ServiceQueue {
  /** Service and queue, such as `grand-central_work`. */
  readonly id: string;
  /** Environment variable in which the service finds the address of the queue. */
  readonly variable: string;
  readonly queue: Queue;
}

/** Grand Central, or a service that somebody added: its queues, its permissions and its container. */
export class DescribedService extends Construct {
  readonly service: ContainerService;
  readonly queues: readonly ServiceQueue[];

  constructor(scope: Construct, id: string, props: DescribedServiceProps) {
    super(scope, id);
    const { name, settings, image, host, prefix } = props;
    this.queues = settings.queues.map((queue) => ({
      id: `${name}_${queue}`,
      variable: `${queue.toUpperCase().replaceAll("-", "_")}_QUEUE_URL`,
      queue: new Queue(this, `queue_${queue}`, {
        name: `${prefix}_${name}_${queue}`,
        holds: `what ${name} has to do`,
      }),
    }));
    this.service = new ContainerService(this, "service", {
      ...props,
      ...props.names,
      taskCount: image.taskCount,
      cluster: host.cluster,
      instance: host.host.instance,
      containers: containersOf(
        props,
        Object.fromEntries(this.queues.map(({ variable, queue }) => [variable, queue.url])),
      ),
      statements: [...settings.statements, ...this.secretsFileStatements(props)],
      preconditions: image.preconditions,
      dependsOn: [...host.host.ready, ...this.queues.flatMap(({ queue }) => queue.ready)],
    });
    for (const { queue } of this.queues) queue.grantConsume(this.service.taskRole);
    image.repository?.grantPull(this.service.executionRole);
  }

  private secretsFileStatements({ settings, partition, bucketName }: DescribedServiceProps): AllowStatement[] {
    if (settings.secretsFile === null) return [];
    return [
      {
        actions: ["s3:GetObject"],
        resources: [`arn:${partition}:s3:::${bucketName}/${settings.secretsFile}`],
      },
    ];
  }
}

function containersOf(props: DescribedServiceProps, queues: Readonly<Record<string, string>>): ContainerProps[] {
  const only = container(props, queues);
  const { healthCheck } = props.settings;
  return healthCheck === null ? [only] : withReadyContainer({ ...only, healthCheck });
}

/** Memory of the containers of a service. */
export function memoryOf({ memoryMiB, healthCheck }: ServiceSettings): number {
  return memoryMiB + (healthCheck === null ? 0 : readyMemoryMiB);
}

function container(props: DescribedServiceProps, queues: Readonly<Record<string, string>>): ContainerProps {
  const { name, settings, image, bucketName } = props;
  const { secretsFile, user } = settings;
  return {
    name,
    image: image.uri,
    memoryMiB: settings.memoryMiB,
    user: user ?? undefined,
    environment: {
      ...(secretsFile !== null && { SECRETS_BUCKET: bucketName, SECRETS_KEY: secretsFile }),
      AWS_REGION: props.region,
      ...queues,
      ...settings.environment,
    },
    secrets: settings.secrets,
    ports: settings.ports.map(({ containerPort, hostPort }) => ({
      containerPort,
      hostPort: hostPort ?? containerPort,
    })),
    mounts: settings.mounts.map(({ hostPath, containerPath, access }) => ({
      hostPath,
      containerPath,
      readOnly: access === "readOnly",
    })),
    stopTimeoutSec: settings.stopTimeoutSec,
    // Amazon Linux gives a host this name. The seed's application finds CouchDB by it.
    hosts: { "localhost.localdomain": dockerGateway },
  };
}

/** The folders on the volume that a service sees. */
export function foldersOf({ mounts, user }: ServiceSettings): HostFolder[] {
  const owner = Number((user ?? "0").split(":")[0]);
  return mounts.map(({ hostPath }) => ({ path: hostPath, owner }));
}
