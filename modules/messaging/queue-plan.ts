import type { FromSetting, SettingProblem } from "../from-setting";

/** What SQS takes as a name. */
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** Names of a queue and of its dead-letter queue. */
export interface QueueNames {
  readonly queue: string;
  readonly deadLetters: string;
}

/** The names of the queues that `name` stands for. */
export function queueNames(name: string): QueueNames {
  return { queue: name, deadLetters: `${name}-dead-letters` };
}

/**
 * What is wrong with the name of a queue, for the rules of a stack: SQS must take it, and the longer one of its
 * dead-letter queue. Empty if nothing is.
 */
export function queueNameProblems({ value: got, setting }: FromSetting<string>): SettingProblem[] {
  const { queue, deadLetters } = queueNames(got);
  if (NAME.test(queue) && NAME.test(deadLetters)) return [];
  const longest = 80 - queueNames("").deadLetters.length;
  return [{ setting, got, expected: `a queue name of 1 to ${longest} letters, digits, dashes and underscores` }];
}
