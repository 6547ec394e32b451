import { expect, it } from "vitest";
import { taskFailureNotice } from "../../../modules/monitoring/task-failures";

const arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/test-ecs";
const { pattern, values, sentence } = taskFailureNotice({ cluster: { name: "test-ecs", arn } });

it("is about stopped tasks of the cluster that ended, could not start, or failed their health check", () => {
  expect(pattern).toEqual({
    source: ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    detail: {
      clusterArn: [arn],
      lastStatus: ["STOPPED"],
      $or: [
        { stopCode: ["EssentialContainerExited", "TaskFailedToStart"] },
        { stoppedReason: [{ prefix: "Task failed container health checks" }] },
      ],
    },
  });
});

it("says which service, which cluster and why, with values of the event alone", () => {
  expect(sentence).toBe("A task of <group> in the cluster test-ecs failed: <reason> (<task>).");
  const named = [...sentence.matchAll(/<(\w+)>/g)].map(([, name]) => name);
  expect(Object.keys(values).sort()).toEqual(named.sort());
});
