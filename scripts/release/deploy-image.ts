import { NoAnswerError } from "../aws/aws-calls";
import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { isSteady, type ReleasedService, type Revision, type ServiceStatus } from "./ecs-service";
import { type FollowPlace, follow, type Outcome } from "./follow";
import { digestOf, type WantedImage } from "./images";

/** What a deployment works with. */
export interface DeployPlace extends FollowPlace {
  readonly service: ReleasedService;
  /** Name of the service, and of its main container. */
  readonly name: string;
}

/** How a release ended. */
export interface Deployed {
  readonly revision: Revision;
  /** The one before; undefined if the image ran already. */
  readonly before?: Revision;
  readonly outcome: Outcome;
}

/**
 * Makes the service run an image, and returns when it does, or when it runs what it ran before. If it is cut off, the
 * next call goes on from there.
 *
 * @param released the image of the last release, as a task definition names it
 * @throws InterruptedError on Ctrl-C; nothing has changed, or ECS goes on
 */
export async function deployImage(
  place: DeployPlace,
  image: WantedImage,
  released: string | undefined,
  report: (line: string) => void,
): Promise<Deployed> {
  const { service } = place;
  const status = await service.status();
  const current = await service.revision(status.revision);
  const runsIt =
    current.image === image.uri && status.desiredCount > 0 && status.deployments[0]?.rolloutState !== "FAILED";
  const isDone = status.desiredCount > 0 && isSteady(status);
  if (!runsIt) await forgetLeftovers(place, current, released);
  // What another release began that was cut off is no version to go back to before it has become steady.
  const lastThatRan = runsIt || !isDone ? await lastReleased(place, current, released) : current;
  const before = runsIt ? lastThatRan : (lastThatRan ?? current);
  if (runsIt && isDone) {
    await expectDigest(place, current, image);
    return { revision: current, ...(before && { before }), outcome: { kind: "runs" } };
  }
  const revision = runsIt ? current : await begin(place, current, image, status, report);
  const goesBack = before === undefined || digestOf(before.image) !== undefined;
  const outcome = await follow(place, revision, goesBack, report);
  if (outcome.kind === "runs") {
    await expectDigest(place, revision, image);
    return { revision, ...(before && { before }), outcome };
  }
  await goBack(place, revision, before ?? current, goesBack ? 1 : 0, outcome, report);
  await forgetLeftovers(place, before ?? current, released);
  return { revision, ...(before && { before }), outcome };
}

/** Takes back what a release registered that was cut off before the service had it. */
async function forgetLeftovers(
  { service }: DeployPlace,
  current: Revision,
  released: string | undefined,
): Promise<void> {
  for (const revision of await service.revisions({ above: current.number })) {
    // A deploy may have registered it just now. That has the image that was released.
    if (revision.image !== released && revision.image !== current.image) await service.deregister(revision.arn);
  }
}

/** The newest revision before one that has the image of the last release, or none if there was no release. */
async function lastReleased(
  { service }: DeployPlace,
  current: Revision,
  released: string | undefined,
): Promise<Revision | undefined> {
  if (released === current.image) return undefined;
  const isIt = (image: string) => (released === undefined ? digestOf(image) === undefined : image === released);
  return (await service.revisions({ below: current.number })).find(({ image }) => isIt(image));
}

async function begin(
  { service }: DeployPlace,
  current: Revision,
  image: WantedImage,
  { desiredCount }: ServiceStatus,
  report: (line: string) => void,
): Promise<Revision> {
  const interruption = () => new InterruptedError("the service runs what it ran before");
  if (isInterrupted()) throw interruption();
  const revision = await service.register(current, image.uri);
  report(`registered revision ${revision.number}`);
  const takeBack = async (error: CommandError): Promise<never> => {
    await service.deregister(revision.arn);
    throw error;
  };
  if (isInterrupted()) await takeBack(interruption());
  try {
    await service.deploy(revision.arn, Math.max(1, desiredCount));
  } catch (error) {
    // Without an answer, ECS may have begun.
    if (error instanceof NoAnswerError) {
      throw new CommandError(`${error.message}. ECS may have begun: run the same command again`);
    }
    if (error instanceof CommandError) await takeBack(error);
    throw error;
  }
  return revision;
}

/** After a failure: waits until the revision before runs again, starts it if ECS does not, and takes back the other. */
async function goBack(
  place: DeployPlace,
  revision: Revision,
  before: Revision,
  desiredCount: number,
  outcome: Outcome,
  report: (line: string) => void,
): Promise<void> {
  const { service } = place;
  if (outcome.kind === "failed" && before.arn !== revision.arn) {
    report(`revision ${revision.number} failed: starting revision ${before.number} again`);
    await service.deploy(before.arn, desiredCount);
    await untilBack(place, before, report);
  }
  if (before.arn !== revision.arn) await service.deregister(revision.arn);
}

async function untilBack(place: DeployPlace, before: Revision, report: (line: string) => void): Promise<void> {
  const back = await follow(place, before, true, report);
  if (back.kind !== "runs") {
    throw new CommandError(
      `${place.name}: expected revision ${before.number} to run again, got a failure, too ` +
        `(${back.kind === "failed" ? back.why : `ECS runs ${back.by}`}); see whether the host runs, and what its log says`,
    );
  }
}

/** A tag of a registry elsewhere cannot have changed what runs: the digest says it. */
async function expectDigest({ service, name }: DeployPlace, { arn }: Revision, image: WantedImage): Promise<void> {
  const tasks = await service.tasks();
  const running = tasks.find(
    ({ taskDefinitionArn, lastStatus }) => taskDefinitionArn === arn && lastStatus === "RUNNING",
  );
  const digest = running?.containers?.find((container) => container.name === name)?.imageDigest;
  if (digest !== undefined && digest !== image.digest) {
    throw new CommandError(`${name}: expected the digest ${image.digest} to run, got ${digest}`);
  }
  if (digest === undefined) throw new CommandError(`${name}: expected ECS to name the digest that runs, got none`);
}
