/**
 * One thing that Workbench needs before it can run. Every command calls `isDone`, so it must take only milliseconds.
 * `run` shows progress, and throws a CommandError with one sentence when it fails.
 */
export interface Step {
  /** The step's name for people, with its usual duration if that is more than a moment. */
  readonly title: string;
  isDone(): boolean | Promise<boolean>;
  /** @param report shows the current activity beside the title */
  run(report: (progress: string) => void): Promise<void>;
}
