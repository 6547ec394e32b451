import { describe, expect, test } from "vitest";
import { type ContainerLogs, whatTaskSaid } from "../../../scripts/release/said";

const task = (containers: object[]) => ({
  taskArn: "arn:task/cluster/1",
  stoppedReason: "Task failed to start",
  containers,
});

describe("what a task said", () => {
  test("is ECS's reason, and how each container ended, with its last lines", async () => {
    const containers = [
      { name: "app", exitCode: 1 },
      { name: "quiet" },
      { name: "app-ready", reason: "it has timed out" },
    ];
    const logs: Pick<ContainerLogs, "tail"> = { tail: async (name) => (name === "app" ? ["one", "two"] : []) };
    expect(await whatTaskSaid(task(containers), logs)).toEqual([
      "ECS: Task failed to start",
      "app (exit code 1):",
      "  one",
      "  two",
      "app-ready (it has timed out)",
    ]);
  });
});
