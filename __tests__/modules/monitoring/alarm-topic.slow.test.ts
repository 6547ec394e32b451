import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Repository } from "../../../modules/containers/repository";
import { Queue } from "../../../modules/messaging/queue";
import { AlarmTopic } from "../../../modules/monitoring/alarm-topic";
import { deadLettersAlarm } from "../../../modules/monitoring/dead-letters";
import { LogGroup } from "../../../modules/monitoring/log-group";
import { taskFailureNotice } from "../../../modules/monitoring/task-failures";
import { volumeFillAlarm } from "../../../modules/monitoring/volume-fill";
import type { Build } from "../synthesize-module";
import { TerraformUser } from "../terraform-user";

const where = { partition: "aws", region: "eu-west-1", accountId: "123456789012" };
const arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/test-ecs";

/** What a stack of containers has besides its hosts. */
const build: Build = (stack) => {
  new Repository(stack, "repository", { name: "test-web", holds: "images", preventDestroy: false });
  new LogGroup(stack, "logs", { name: "/test/web", holds: "what it says", retentionDays: 30 });
  const queue = new Queue(stack, "jobs", { name: "test-jobs", holds: "jobs" });
  const topic = new AlarmTopic(stack, "alarms", { name: "test-alarms", ...where, emailAddresses: ["a.b@example.org"] });
  topic.alarmOnMetric("dead_letters", deadLettersAlarm({ queue: queue.deadLetters }));
  const dimensions = { Cluster: "test-ecs" };
  topic.alarmOnMetric("volume_fill", volumeFillAlarm({ dimensions, thresholdPercent: 80, fix: "make it larger" }));
  topic.notifyOn("task_failure", taskFailureNotice({ cluster: { name: "test-ecs", arn } }));
};

describe("queues, alarms, logs and repositories, deployed", () => {
  let user: TerraformUser;

  beforeAll(async () => {
    user = await TerraformUser.start();
  });
  afterAll(() => user?.end());

  it("change nothing when they are planned again, and can be destroyed", async () => {
    let second = "";
    await user.applyAndDestroy(build, async () => {
      second = await user.plan(build);
    });
    expect(second).toContain("No changes.");
  });
});
