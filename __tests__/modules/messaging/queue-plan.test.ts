import { describe, expect, it } from "vitest";
import { longestQueueName, queueNameProblems, queueNames } from "../../../modules/messaging/queue-plan";

const problems = (value: string) => queueNameProblems({ value, setting: "ecs.queues" });

describe("names of queues", () => {
  it("are one for the queue and one for its dead letters", () => {
    expect(queueNames("jobs")).toEqual({ queue: "jobs", deadLetters: "jobs-dead-letters" });
  });

  it.each(["j", "Jobs_1-a", "a".repeat(longestQueueName)])("take %s", (name) => {
    expect(queueNames(name).deadLetters.length).toBeLessThanOrEqual(80);
    expect(problems(name)).toEqual([]);
  });

  it.each(["", "jobs.fifo", "jobs of today", "jöbs", "a".repeat(68)])("fails: %j", (got) => {
    const expected = "a queue name of 1 to 67 letters, digits, dashes and underscores";
    expect(problems(got)).toEqual([{ setting: "ecs.queues", got, expected }]);
  });
});
