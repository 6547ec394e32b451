/**
 * One thing that must be there before Workbench can run. Steps are asked `isDone` at every command, so that must take
 * milliseconds; `run` shows progress while it works and throws a CommandError with one sentence when it cannot.
 */
export interface Step {
  /** What it does, for people, with its usual duration when that is more than a moment. */
  readonly title: string;
  isDone(): boolean | Promise<boolean>;
  /** @param report shows what is happening right now, beside the title */
  run(report: (progress: string) => void): Promise<void>;
}
