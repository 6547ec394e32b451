import type { Task } from "@aws-sdk/client-ecs";
import { NoAnswerError } from "../../../scripts/aws/aws-calls";
import type { DeployPlace } from "../../../scripts/release/deploy-image";
import type { Revision, ServiceStatus } from "../../../scripts/release/ecs-service";
import type { WantedImage } from "../../../scripts/release/images";

/** The command was killed. */
export class Killed extends Error {}

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
export const ownUri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/workbench-local-app";

/** An image of the service's own repository. */
export function imageOf(letter: string): WantedImage {
  return { id: digest(letter), uri: `${ownUri}@${digest(letter)}`, digest: digest(letter), tags: [`v-${letter}`] };
}

/** How a version behaves. */
type Behaviour = "works" | "never starts" | "ends" | "hangs";

/** ECS with one service, as plain data. Each look at the service is a step in time. */
export class FakeEcs {
  readonly all: Revision[] = [];
  readonly inactive = new Set<string>();
  readonly behaviours = new Map<string, Behaviour>();
  tasks: Task[] = [];
  /** What the command changed, in order. */
  readonly done: string[] = [];
  desiredCount = 1;
  /** The digest that the tasks have; undefined: that of their image. */
  otherDigest: string | undefined;
  /** How many of the next looks get no answer. */
  unanswered = 0;
  private primary = { revision: "", state: "COMPLETED", id: "d0" };
  private completed = "";
  private time = 0;
  private killAfter = Number.POSITIVE_INFINITY;
  private killWhen: "before" | "after" = "before";

  /** With a service that runs an image, or none yet. */
  constructor(image: string | undefined) {
    const first = this.add(image ?? `${ownUri}:no-release-yet`);
    this.primary.revision = this.completed = first.arn;
    if (image === undefined) this.desiredCount = 0;
    else this.startTask(first, "RUNNING");
  }

  /** Number of the revision that the service runs. */
  get runs(): number {
    return this.number(this.primary.revision);
  }

  /** Numbers of the revisions that are registered, oldest first. */
  get registered(): number[] {
    return this.active.map(({ number }) => number);
  }

  private get active(): Revision[] {
    return this.all.filter(({ arn }) => !this.inactive.has(arn));
  }

  add(image: string): Revision {
    const number = this.all.length + 1;
    const definition = { containerDefinitions: [{ name: "app", image, startTimeout: 60, stopTimeout: 30 }] };
    const revision = { arn: `arn:${number}`, number, image, registeredAt: new Date(number), definition };
    this.all.push(revision);
    return revision;
  }

  /** Kills the command at its nth change from now: before it, or after it but before the command knows. */
  kill(at: number, when: "before" | "after"): void {
    this.killAfter = this.done.length + at;
    this.killWhen = when;
  }

  /** Somebody else deploys. */
  deployByOther(image: string): void {
    this.startDeployment(this.add(image).arn, 1);
  }

  readonly place: DeployPlace = {
    name: "app",
    now: () => this.time,
    pause: async () => {
      this.time += 60_000;
    },
    service: {
      status: async () => {
        if (this.unanswered > 0) {
          this.unanswered -= 1;
          throw new NoAnswerError("ECS's DescribeServices in eu-west-1: it cannot be reached");
        }
        const status = this.status();
        this.step();
        return status;
      },
      tasks: async () => [...this.tasks].reverse(),
      revision: async (id) => this.find(id),
      revisionNumbered: async (wanted) => this.active.find(({ number }) => number === wanted),
      revisions: async ({ above = 0, below = Number.POSITIVE_INFINITY } = {}) =>
        this.active.filter(({ number }) => number > above && number < below).toReversed(),
      register: (_like, image) => this.act(`register ${image.slice(-1)}`, () => this.add(image)),
      deregister: (arn) => this.act(`deregister ${this.number(arn)}`, () => void this.inactive.add(arn)),
      deploy: (arn, count) => this.act(`deploy ${this.number(arn)}`, () => this.startDeployment(arn, count)),
    },
  };

  find(arn: string): Revision {
    const found = this.all.find((each) => each.arn === arn);
    if (found === undefined) throw new Error(`expected a revision ${arn}`);
    return found;
  }

  private number(arn: string): number {
    return this.find(arn).number;
  }

  private status(): ServiceStatus {
    const running = this.tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length;
    const { revision, state, id } = this.primary;
    return {
      revision,
      desiredCount: this.desiredCount,
      runningCount: running,
      deployments: [
        {
          id,
          rolloutState: state as "COMPLETED",
          rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
          taskDefinition: revision,
        },
      ],
      events: [],
    };
  }

  private startDeployment(arn: string, count: number): void {
    if (this.inactive.has(arn)) throw new Error(`expected an active revision, got ${arn}`);
    this.desiredCount = count;
    this.primary = { revision: arn, state: "IN_PROGRESS", id: `d${this.done.length}-${arn}` };
    for (const task of this.tasks) Object.assign(task, { lastStatus: "STOPPED" });
  }

  /** What ECS does between two looks. */
  private step(): void {
    const { revision, state, id } = this.primary;
    if (state !== "IN_PROGRESS") return;
    const own = this.tasks.filter(({ startedBy }) => startedBy === id);
    if (this.desiredCount === 0) {
      this.primary.state = "COMPLETED";
      return;
    }
    switch (this.behaviourOf(this.find(revision))) {
      case "works":
        if (own.length === 0) this.startTask(this.find(revision), "RUNNING");
        else [this.primary.state, this.completed] = ["COMPLETED", revision];
        return;
      case "ends":
        this.startTask(this.find(revision), "STOPPED", "EssentialContainerExited");
        return;
      case "never starts":
        if (own.length < 3) this.startTask(this.find(revision), "STOPPED", "TaskFailedToStart");
        else this.startDeployment(this.completed, 1);
        return;
      case "hangs":
        return;
    }
  }

  private behaviourOf({ image }: Revision): Behaviour {
    // Nothing can be pulled under this name.
    return this.behaviours.get(image) ?? (image.endsWith(":no-release-yet") ? "never starts" : "works");
  }

  private startTask(revision: Revision, lastStatus: string, stopCode?: string): void {
    const imageDigest = this.otherDigest ?? revision.image.split("@")[1];
    this.tasks.push({
      taskArn: `arn:task/${this.tasks.length}`,
      taskDefinitionArn: revision.arn,
      startedBy: this.primary.id,
      lastStatus,
      healthStatus: "HEALTHY",
      ...(stopCode && { stopCode: stopCode as "TaskFailedToStart" }),
      containers: [{ name: "app", ...(imageDigest && { imageDigest }) }],
    });
  }

  private act<Result>(what: string, effect: () => Result): Promise<Result> {
    const last = this.done.length + 1 === this.killAfter;
    if (last && this.killWhen === "before") return this.die();
    const result = effect();
    this.done.push(what);
    return last ? this.die() : Promise.resolve(result);
  }

  private die(): Promise<never> {
    this.killAfter = Number.POSITIVE_INFINITY;
    return Promise.reject(new Killed());
  }
}
