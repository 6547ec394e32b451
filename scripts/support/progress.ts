/** Where output is kept by a program (CI, a pipe), a task says what it is doing at most this often, in milliseconds. */
const PLAIN_REPORT_EVERY_MS = 10_000;

/** One line of progress. */
export interface ProgressTask {
  readonly title: string;
  /**
   * @param report what it is doing right now, shown below the title
   * @param retitle replaces the title, for a last word that stays
   * @param leaveOut says, in place of the title, that it could not be done, where that is no failure
   */
  run(
    report: (progress: string) => void,
    retitle: (title: string) => void,
    leaveOut: (why: string) => void,
  ): Promise<void>;
}

/** How {@link runTasks} runs its tasks. */
export interface ProgressOptions {
  /** Side by side (all are run to their end even if one fails), or one after another up to the first failure. */
  readonly concurrent: boolean;
}

/**
 * Runs tasks with a line of progress each, on stderr, so that what a command prints on stdout can be piped.
 * On a terminal the lines live; anywhere else they are printed once.
 *
 * @throws whatever the first failed task threw
 */
export async function runTasks(tasks: readonly ProgressTask[], { concurrent }: ProgressOptions): Promise<void> {
  if (tasks.length === 0) return;
  // Loaded here, since most commands find nothing to do and this takes longer than finding that out.
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
          // Its words come once, at the end of the command; the line only says which task it was.
          throw new Error("see below");
        }
      },
    })),
    {
      concurrent,
      exitOnError: !concurrent,
      // Ctrl-C belongs to whoever runs children (interrupt.ts).
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
 * @param work given a function that shows below the title what it is doing right now
 * @throws whatever `work` throws
 */
export async function runTask<T>(title: string, work: (report: (progress: string) => void) => Promise<T>): Promise<T> {
  let result!: T;
  const run = async (report: (progress: string) => void): Promise<void> => {
    result = await work(report);
  };
  await runTasks([{ title, run }], { concurrent: false });
  return result;
}

/** Says whose report it is, where the lines of several tasks follow each other. */
function named(title: string, report: (text: string) => void): (text: string) => void {
  const name = title.replace(/( \(|:).*$/, "");
  return (text) => report(`${name}: ${text}`);
}

/** Lets a report through when the last one is long enough ago; the first comes after a while too. */
function throttled(report: (text: string) => void): (text: string) => void {
  let last = Date.now();
  return (text) => {
    if (Date.now() - last < PLAIN_REPORT_EVERY_MS) return;
    last = Date.now();
    report(text);
  };
}
