import type { EventNotice } from "./event-notice";

/** Tasks of which cluster to watch. */
export interface TaskFailuresProps {
  /** Cluster of ECS. */
  readonly cluster: { readonly name: string; readonly arn: string };
}

/**
 * Notice of a task that failed: it could not start, its essential container ended, or its health check failed. A task
 * that a deployment or a person stops is none. Source: "Stopped tasks error messages", Amazon ECS (read 2026-11).
 */
export function taskFailureNotice({ cluster: { name, arn } }: TaskFailuresProps): EventNotice {
  return {
    description: `Tasks of ${name} that failed`,
    pattern: {
      source: ["aws.ecs"],
      "detail-type": ["ECS Task State Change"],
      detail: {
        clusterArn: [arn],
        lastStatus: ["STOPPED"],
        $or: [
          { stopCode: ["EssentialContainerExited", "TaskFailedToStart"] },
          // The scheduler stops such a task, so its code is the one of every task that a deployment stops.
          { stoppedReason: [{ prefix: "Task failed container health checks" }] },
        ],
      },
    },
    values: { group: "$.detail.group", reason: "$.detail.stoppedReason", task: "$.detail.taskArn" },
    sentence: `A task of <group> in the cluster ${name} failed: <reason> (<task>).`,
  };
}
