import type { Task } from "@aws-sdk/client-ecs";
import { NoAnswerError } from "../aws/aws-calls";
import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { program } from "../support/program";
import { isSteady, type ReleasedService, type Revision, type ServiceStatus } from "./ecs-service";

const { patienceMin } = program("modules/containers/patience");

/** A version that ended so often never works, even if each try ran for a moment. */
const TRIES = 3;

/** How long AWS may not answer. The deployment goes on meanwhile. */
const PATIENCE_MS = 300_000;

/** ECS may show for a moment what was before the deployment. */
const UNSEEN_MS = 30_000;

const GOES_ON = "ECS goes on with it: run the same command again to see how it ends";

/** How a deployment ended. */
export type Outcome =
  | { readonly kind: "runs" }
  /** ECS, or somebody else, runs another revision. */
  | { readonly kind: "replaced"; readonly by: string }
  | { readonly kind: "failed"; readonly why: string };

/** What following works with. */
export interface FollowPlace {
  readonly service: Pick<ReleasedService, "status" | "tasks">;
  readonly now: () => number;
  /** Waits before it looks again. */
  readonly pause: () => Promise<void>;
}

/**
 * Follows a deployment until it has ended, or never will.
 *
 * @param goesBack whether there is a version to go back to. Without one, ECS goes back to a revision without an image
 * @param report shows how it is doing
 * @throws InterruptedError on Ctrl-C
 * @throws CommandError one sentence when AWS does not answer any more
 */
export async function follow(
  { service, now, pause }: FollowPlace,
  revision: Revision,
  goesBack: boolean,
  report: (line: string) => void,
): Promise<Outcome> {
  const deadline = now() + patienceMs(revision);
  const unseenUntil = now() + UNSEEN_MS;
  let [lastAnswer, isSeen] = [now(), false];
  for (;;) {
    if (isInterrupted()) throw new InterruptedError(GOES_ON);
    try {
      const [status, tasks] = [await service.status(), await service.tasks()];
      lastAnswer = now();
      isSeen ||= status.revision === revision.arn || now() > unseenUntil;
      const outcome = isSeen ? outcomeOf(status, tasks, revision.arn, goesBack) : undefined;
      if (outcome !== undefined) return outcome;
      report(progressOf(status, tasks, revision));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (!(error instanceof NoAnswerError) || now() - lastAnswer > PATIENCE_MS) {
        throw new CommandError(`${error.message}. ${GOES_ON}`);
      }
      report("AWS does not answer: trying again");
    }
    if (now() > deadline)
      return { kind: "failed", why: `it was not steady within ${patienceMs(revision) / 60_000} minutes` };
    await pause();
  }
}

function outcomeOf(status: ServiceStatus, tasks: readonly Task[], arn: string, goesBack: boolean): Outcome | undefined {
  const [primary, ...others] = status.deployments;
  if (primary === undefined) return undefined;
  if (status.revision !== arn && !goesBack) return { kind: "failed", why: "ECS gave it up" };
  if (status.revision !== arn) {
    return others.length === 0 && primary.rolloutState === "COMPLETED"
      ? { kind: "replaced", by: status.revision }
      : undefined;
  }
  if (primary.rolloutState === "FAILED")
    return { kind: "failed", why: primary.rolloutStateReason ?? "ECS says no reason" };
  const ended = tasks.filter(
    ({ taskDefinitionArn, lastStatus }) => taskDefinitionArn === arn && lastStatus === "STOPPED",
  );
  const [own] = tasks.filter(({ startedBy }) => startedBy === primary.id);
  const failed = ended.filter(
    ({ startedBy, stopCode }) => startedBy === primary.id && stopCode === "EssentialContainerExited",
  );
  if (failed.length >= TRIES) return { kind: "failed", why: `it ended ${failed.length} times` };
  return isSteady(status) && (own?.lastStatus === "RUNNING" || status.desiredCount === 0)
    ? { kind: "runs" }
    : undefined;
}

function progressOf(status: ServiceStatus, tasks: readonly Task[], { arn, number }: Revision): string {
  const own = tasks.filter(({ taskDefinitionArn }) => taskDefinitionArn === arn);
  const [newest] = own;
  const ended = own.filter(({ lastStatus }) => lastStatus === "STOPPED").length;
  if (status.revision !== arn) return `revision ${number} failed: ECS starts the one before`;
  const health =
    newest?.healthStatus === "UNKNOWN" || newest === undefined ? "" : `, ${newest.healthStatus?.toLowerCase()}`;
  const state = newest === undefined ? "waits for the old one to end" : `${newest.lastStatus?.toLowerCase()}${health}`;
  return `revision ${number}: ${state}${ended > 0 ? `; ${ended} ${ended === 1 ? "try" : "tries"} ended` : ""}`;
}

/** As long as a deploy waits. */
function patienceMs({ definition }: Revision): number {
  const containers = (definition.containerDefinitions ?? []).map(({ startTimeout, stopTimeout }) => ({
    ...(startTimeout !== undefined && { startTimeoutSec: startTimeout }),
    ...(stopTimeout !== undefined && { stopTimeoutSec: stopTimeout }),
  }));
  return patienceMin(containers) * 60_000;
}
