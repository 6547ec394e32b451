import type { ContainerProps, HealthCheck } from "./container-definition";

/** Memory of the second container of {@link withReadyContainer}. */
export const readyMemoryMiB = 16;

/** The agent looks at the health of its containers now and then. */
const agentSec = 10;

/**
 * A container, and one that starts when it is healthy for the first time, and ends at once. It makes a version that ends
 * by itself, or that never gets healthy, a failed deployment. ECS counts only tasks that never ran, or that fail a health
 * check while they run, and a task runs as soon as all of its containers have started. Without the second container, ECS
 * would start a version that ends by itself again and again. Without the start time-out, it would wait for hours for one
 * that never gets healthy.
 *
 * Source: aws/containers-roadmap#1206 and #2379; AWS, "How the Amazon ECS deployment circuit breaker detects failures";
 * aws/amazon-ecs-agent, agent/engine/dependencygraph/graph.go (read 2026-11).
 *
 * @param container its image has a shell
 */
export function withReadyContainer(
  container: ContainerProps & { readonly healthCheck: HealthCheck },
): ContainerProps[] {
  const { name, image, user, healthCheck } = container;
  return [
    { ...container, startTimeoutSec: unhealthyAfterSec(healthCheck) + agentSec },
    {
      name: `${name}-ready`,
      image,
      memoryMiB: readyMemoryMiB,
      essential: false,
      user,
      entryPoint: ["sh", "-c", "exit 0"],
      afterHealthy: [name],
    },
  ];
}

function unhealthyAfterSec({ startPeriodSec, retries, intervalSec, timeoutSec }: HealthCheck): number {
  return startPeriodSec + retries * (intervalSec + timeoutSec);
}
