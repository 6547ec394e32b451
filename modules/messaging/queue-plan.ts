import type { FromSetting, SettingProblem } from "../from-setting";

/** What SQS takes as a name. */
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** Characters of a queue's name that SQS takes, since that of its dead-letter queue is longer. */
export const longestQueueName = 80 - queueNames("").deadLetters.length;

/** Names of a queue and of its dead-letter queue. */
export interface QueueNames {
  readonly queue: string;
  readonly deadLetters: string;
}

/** The names of the queues that `name` stands for. */
export function queueNames(name: string): QueueNames {
  return { queue: name, deadLetters: `${name}-dead-letters` };
}

/** What is wrong with the name of a queue: SQS must take it, and that of its dead-letter queue. Empty if nothing is. */
export function queueNameProblems({ value: got, setting }: FromSetting<string>): SettingProblem[] {
  const { queue, deadLetters } = queueNames(got);
  if (NAME.test(queue) && NAME.test(deadLetters)) return [];
  return [
    { setting, got, expected: `a queue name of 1 to ${longestQueueName} letters, digits, dashes and underscores` },
  ];
}
