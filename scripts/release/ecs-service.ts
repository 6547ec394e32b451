import type {
  Deployment,
  RegisterTaskDefinitionCommandInput,
  Service,
  Task,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import { AwsCalls, allOf } from "../aws/aws-calls";
import { type EcsCalls, services } from "../aws/services";
import { CommandError } from "../support/command-error";
import type { ReleaseTarget } from "./target";

/** A revision of the service's task definition. */
export interface Revision {
  readonly arn: string;
  readonly number: number;
  /** The image of the container with the service's name. */
  readonly image: string;
  readonly registeredAt: Date;
  readonly definition: TaskDefinition;
}

/** How the service is doing. */
export interface ServiceStatus {
  /** ARN of the revision that it is to run. */
  readonly revision: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  /** The newest, which is the primary one, first. */
  readonly deployments: readonly Deployment[];
  /** Newest first. */
  readonly events: readonly { readonly id: string; readonly message: string }[];
}

/** How many revisions a list has at most. */
const LISTED_REVISIONS = 30;

/** What DescribeTaskDefinition tells and RegisterTaskDefinition does not take. */
const NOT_REGISTERED = [
  ...["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities"],
  ...["registeredAt", "registeredBy", "deregisteredAt"],
] as const;

/** Whether the service runs what it is to run, and nothing else. */
export function isSteady({ deployments, runningCount, desiredCount }: ServiceStatus): boolean {
  return deployments.length === 1 && deployments[0]?.rolloutState === "COMPLETED" && runningCount === desiredCount;
}

/** What a release asks of a service. */
export type ReleasedService = Pick<
  EcsService,
  "status" | "tasks" | "revision" | "revisionNumbered" | "revisions" | "register" | "deregister" | "deploy"
>;

/** Which revisions to list. */
export interface RevisionRange {
  /** Only those with a higher number. @default 0 */
  readonly above?: number;
  /** Only those with a lower number. @default no limit */
  readonly below?: number;
}

/** One service of the cluster, and the revisions of its task definition. */
export class EcsService {
  private constructor(
    private readonly calls: EcsCalls,
    private readonly target: ReleaseTarget,
  ) {}

  static async open(target: ReleaseTarget): Promise<EcsService> {
    return new EcsService(await AwsCalls.at(services.ecs, target), target);
  }

  /** @throws CommandError one sentence when there is no such service */
  async status(): Promise<ServiceStatus> {
    const { cluster, service, region, deployCommand } = this.target;
    const found = await this.calls.ask("DescribeServices", async (sdk, client, options) => {
      const command = new sdk.DescribeServicesCommand({ cluster, services: [service] });
      try {
        return (await client.send(command, options)).services?.[0];
      } catch (error) {
        if (error instanceof sdk.ClusterNotFoundException) return undefined;
        throw error;
      }
    });
    if (found?.status !== "ACTIVE") {
      throw new CommandError(
        `service: expected ${service} in the cluster ${cluster} in ${region}, got none; run \`${deployCommand}\`, ` +
          "or use the region and the account of the stacks",
      );
    }
    return statusOf(found);
  }

  /** A revision by its ARN. */
  async revision(id: string): Promise<Revision> {
    const { taskDefinition } = await this.calls.ask("DescribeTaskDefinition", (sdk, client, options) =>
      client.send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition: id }), options),
    );
    return this.toRevision(taskDefinition ?? {});
  }

  /** A revision that the service can run, by its number. Undefined: there is none, or it was deregistered. */
  async revisionNumbered(number: number): Promise<Revision | undefined> {
    const taskDefinition = await this.calls.ask("DescribeTaskDefinition", async (sdk, client, options) => {
      const command = new sdk.DescribeTaskDefinitionCommand({ taskDefinition: `${this.target.family}:${number}` });
      try {
        return (await client.send(command, options)).taskDefinition;
      } catch (error) {
        if (error instanceof sdk.ClientException) return undefined;
        throw error;
      }
    });
    return taskDefinition?.status === "ACTIVE" ? this.toRevision(taskDefinition) : undefined;
  }

  /** The newest revisions of a range that the service can run, newest first. */
  async revisions({ above = 0, below = Number.POSITIVE_INFINITY }: RevisionRange = {}): Promise<readonly Revision[]> {
    const arns = await this.calls.ask("ListTaskDefinitions", (sdk, client, options) =>
      allOf(
        sdk.paginateListTaskDefinitions(
          { client },
          // The whole name of the family, in spite of the word.
          { familyPrefix: this.target.family, status: "ACTIVE", sort: "DESC" },
          options,
        ),
        (page) => page.taskDefinitionArns,
      ),
    );
    const numberOf = (arn: string) => Number(arn.slice(arn.lastIndexOf(":") + 1));
    const inRange = arns.filter((arn) => numberOf(arn) > above && numberOf(arn) < below);
    return Promise.all(inRange.slice(0, LISTED_REVISIONS).map((arn) => this.revision(arn)));
  }

  /** Registers a revision that differs from another one in its image alone. */
  async register({ definition, image }: Revision, newImage: string): Promise<Revision> {
    const input = Object.fromEntries(
      Object.entries(definition).filter(([name]) => !(NOT_REGISTERED as readonly string[]).includes(name)),
    );
    const changed = withOther(input, image, newImage) as unknown as RegisterTaskDefinitionCommandInput;
    const tags = await this.tagsOf(definition.taskDefinitionArn ?? "");
    const { taskDefinition } = await this.calls.ask("RegisterTaskDefinition", (sdk, client, options) =>
      client.send(new sdk.RegisterTaskDefinitionCommand({ ...changed, tags }), options),
    );
    return this.toRevision(taskDefinition ?? {});
  }

  /** Takes back a revision. What runs of it goes on. */
  async deregister(arn: string): Promise<void> {
    await this.calls.ask("DeregisterTaskDefinition", (sdk, client, options) =>
      client.send(new sdk.DeregisterTaskDefinitionCommand({ taskDefinition: arn }), options),
    );
  }

  /** Begins a deployment. */
  async deploy(revision: string, desiredCount: number): Promise<void> {
    const { cluster, service } = this.target;
    await this.calls.ask("UpdateService", (sdk, client, options) =>
      client.send(
        new sdk.UpdateServiceCommand({
          cluster,
          service,
          taskDefinition: revision,
          desiredCount,
          forceNewDeployment: true,
        }),
        options,
      ),
    );
  }

  /** Tasks of the service that run or have ended within the last hour, newest first. */
  async tasks(): Promise<readonly Task[]> {
    const { cluster, service } = this.target;
    const arns = await this.calls.ask("ListTasks", async (sdk, client, options) => {
      const lists = (["RUNNING", "STOPPED"] as const).map((desiredStatus) =>
        allOf(
          sdk.paginateListTasks({ client }, { cluster, serviceName: service, desiredStatus }, options),
          (page) => page.taskArns,
        ),
      );
      return [...new Set((await Promise.all(lists)).flat())];
    });
    if (arns.length === 0) return [];
    const { tasks = [] } = await this.calls.ask("DescribeTasks", (sdk, client, options) =>
      client.send(new sdk.DescribeTasksCommand({ cluster, tasks: arns.slice(0, 100) }), options),
    );
    return tasks.toSorted((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
  }

  private async tagsOf(arn: string) {
    const { tags } = await this.calls.ask("DescribeTaskDefinition", (sdk, client, options) =>
      client.send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ["TAGS"] }), options),
    );
    return tags?.length ? tags : undefined;
  }

  private toRevision(definition: TaskDefinition): Revision {
    const { taskDefinitionArn: arn = "", revision: number = 0, registeredAt = new Date(0) } = definition;
    const main = definition.containerDefinitions?.find(({ name }) => name === this.target.service);
    return { arn, number, image: main?.image ?? "", registeredAt, definition };
  }
}

function statusOf(service: Service): ServiceStatus {
  return {
    revision: service.taskDefinition ?? "",
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    deployments: (service.deployments ?? []).toSorted((a, b) => Number(isPrimary(b)) - Number(isPrimary(a))),
    events: (service.events ?? []).map(({ id = "", message = "" }) => ({ id, message })),
  };
}

const isPrimary = ({ status }: Deployment): boolean => status === "PRIMARY";

/** The same tree with another text in place of one: the image is also in variables of containers. */
function withOther(tree: unknown, old: string, other: string): unknown {
  if (tree === old) return other;
  if (Array.isArray(tree)) return tree.map((each) => withOther(each, old, other));
  if (tree === null || typeof tree !== "object" || tree instanceof Date) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, withOther(value, old, other)]));
}
