/** Events of a kind, and the sentence that says what happened. */
export interface EventNotice {
  /** What the rule is for, for people who read a plan. */
  readonly description: string;
  /** Which events: a pattern of EventBridge. */
  readonly pattern: Readonly<Record<string, unknown>>;
  /** JSON paths of values in the event, by the name that the sentence has for them. */
  readonly values: Readonly<Record<string, string>>;
  /** The sentence, with `<name>` for a value. */
  readonly sentence: string;
}
