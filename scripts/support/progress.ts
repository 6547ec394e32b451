/** Shortest time between two reports of a task where output is no terminal (CI, a pipe), in milliseconds. */
const PLAIN_REPORT_EVERY_MS = 10_000;

/** One line of progress. */
export interface ProgressTask {
  readonly title: string;
  /**
   * @param report shows below the title what the task is doing
   * @param retitle replaces the title, for a result that stays
   * @param leaveOut marks the task as skipped and replaces the title by the reason
   */
  run(
    report: (progress: string) => void,
    retitle: (title: string) => void,
    leaveOut: (why: string) => void,
  ): Promise<void>;
}

/** How {@link runTasks} runs its tasks. */
export interface ProgressOptions {
  /** true: side by side, each to its end even if another fails; false: one after another up to the first failure. */
  readonly concurrent: boolean;
}

/**
 * Runs tasks with a line of progress each. The lines go to stderr, so that a command's stdout can be piped. A terminal
 * shows them live; other outputs get each line once.
 *
 * @throws the first failed task's error
 */
export async function runTasks(tasks: readonly ProgressTask[], { concurrent }: ProgressOptions): Promise<void> {
  if (tasks.length === 0) return;
  // Most commands have no task to run, and loading listr2 takes longer than finding that out.
  const { Listr, ListrLogger, PRESET_TIMER, ProcessOutput } = await import("listr2");
  // A terminal that does not know its width (0 columns) cannot redraw lines.
  const live = process.stderr.isTTY === true && process.stdout.isTTY === true && process.stdout.columns > 0;
  const logger = new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const failures: unknown[] = [];
  const list = new Listr<unknown, "default", "simple">(
    tasks.map(({ title, run }) => ({
      title,
      task: async (_context, task) => {
        const report = (text: string): void => {
          task.output = text;
        };
        const retitle = (text: string): void => {
          task.title = text;
        };
        try {
          await run(live ? report : throttled(concurrent ? named(title, report) : report), retitle, (why) =>
            task.skip(why),
          );
        } catch (error) {
          failures.push(error);
          // The command prints the error at its end; the line only shows which task failed.
          throw new Error("see below");
        }
      },
    })),
    {
      concurrent,
      exitOnError: !concurrent,
      // interrupt.ts handles Ctrl-C.
      registerSignalListeners: false,
      renderer: "default",
      rendererOptions: { logger, timer: PRESET_TIMER, showErrorMessage: false },
      fallbackRenderer: "simple",
      fallbackRendererOptions: { logger, timer: PRESET_TIMER },
      fallbackRendererCondition: !live,
    },
  );
  await list.run().catch(() => undefined);
  if (failures.length > 0) throw failures[0];
}

/**
 * Runs one piece of work with a line of progress.
 *
 * @param work gets a function that shows below the title what it is doing, and one that replaces the title
 * @throws the error of `work`
 */
export async function runTask<T>(
  title: string,
  work: (report: (progress: string) => void, retitle: (title: string) => void) => Promise<T>,
): Promise<T> {
  let result!: T;
  const run: ProgressTask["run"] = async (report, retitle) => {
    result = await work(report, retitle);
  };
  await runTasks([{ title, run }], { concurrent: false });
  return result;
}

/** Puts the task's name before its reports, where several tasks print by turns. */
function named(title: string, report: (text: string) => void): (text: string) => void {
  const name = title.replace(/( \(|:).*$/, "");
  return (text) => report(`${name}: ${text}`);
}

/** Drops reports that come too soon after the last one, or after the beginning. */
function throttled(report: (text: string) => void): (text: string) => void {
  let last = Date.now();
  return (text) => {
    if (Date.now() - last < PLAIN_REPORT_EVERY_MS) return;
    last = Date.now();
    report(text);
  };
}
