import type { ContainerProps } from "./container-definition";

/**
 * Minutes in which ECS gives up a version and goes back: it tries three times, and stops what it tried.
 *
 * @param containers those of the version's task
 */
export function patienceMin(containers: readonly Pick<ContainerProps, "startTimeoutSec" | "stopTimeoutSec">[]): number {
  const triesSec = containers.map(
    ({ startTimeoutSec = 0, stopTimeoutSec = 30 }) => 4 * (startTimeoutSec + stopTimeoutSec),
  );
  return 20 + Math.ceil(Math.max(0, ...triesSec) / 60);
}
