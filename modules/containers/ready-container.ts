import type { ContainerProps } from "./container-definition";

/** Memory of the container that {@link readyContainer} describes. */
export const readyMemoryMiB = 16;

/**
 * A container that starts when another one is healthy for the first time, and ends at once. It makes a version that ends
 * by itself a failed deployment: ECS counts only tasks that never ran, or that fail a health check, and a task runs as
 * soon as all of its containers have started. Without it, ECS would start such a version again and again, for as long as
 * the deploy waits.
 *
 * Source: aws/containers-roadmap#1206, and AWS, "How the Amazon ECS deployment circuit breaker detects failures"
 * (read 2026-11).
 *
 * @param container has a health check, and so its image has a shell
 */
export function readyContainer({ name, image, user }: ContainerProps): ContainerProps {
  return {
    name: `${name}-ready`,
    image,
    memoryMiB: readyMemoryMiB,
    essential: false,
    user,
    entryPoint: ["sh", "-c", "exit 0"],
    afterHealthy: [name],
  };
}
