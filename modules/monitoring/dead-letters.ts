import type { MetricAlarm } from "./metric-alarm";

/** Which dead-letter queue to watch. */
export interface DeadLettersProps {
  /** A queue of this name. */
  readonly queue: { readonly name: string };
}

/** Alarm on a message that nobody could handle. SQS sends no values for a queue that is empty for hours: all is well then. */
export function deadLettersAlarm({ queue: { name } }: DeadLettersProps): MetricAlarm {
  return {
    description:
      `There are messages in ${name}, which nobody could handle; ` +
      "read the logs of the service, and move them back with `aws sqs start-message-move-task` once it can.",
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: name },
    periodSec: 300,
    comparison: ">",
    threshold: 0,
    missingData: "notBreaching",
  };
}
