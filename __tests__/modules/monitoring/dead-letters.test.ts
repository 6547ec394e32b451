import { expect, it } from "vitest";
import { deadLettersAlarm } from "../../../modules/monitoring/dead-letters";

const alarm = deadLettersAlarm({ queue: { name: "test-jobs-dead-letters" } });

it("is reached by one message that can be received", () => {
  expect(alarm).toMatchObject({
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: "test-jobs-dead-letters" },
    comparison: ">",
    threshold: 0,
  });
});

it("takes no values as all is well, since SQS sends none for an empty queue", () => {
  expect(alarm.missingData).toBe("notBreaching");
});

it("says which queue, and what to do", () => {
  expect(alarm.description).toMatch(/^There are messages in test-jobs-dead-letters, .*start-message-move-task/);
});
