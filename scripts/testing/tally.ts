import { CommandError, InterruptedError } from "../support/command-error";

/** A test that did not pass, and why. */
export interface NamedOutcome {
  readonly name: string;
  readonly reason: string;
}

/** The results of some tests. */
export interface Results {
  readonly passed: number;
  readonly failed: readonly NamedOutcome[];
  readonly skipped: readonly NamedOutcome[];
}

/** The results and the cost of one runner. */
export interface Tally extends Results {
  /** Its name and its time. Absent for a check, or anything else that is no runner. */
  readonly cost?: Cost;
}

/** The time of a runner or a file, in seconds. */
export interface Cost {
  readonly name: string;
  readonly wallSec: number;
  /** Processor time of all its processes that have ended. Undefined where it cannot be measured. */
  readonly cpuSec?: number;
}

/** How a runner's process ended. */
export interface RunnerEnd {
  readonly runner: string;
  /** Whether it wrote its report. It writes that last. */
  readonly reported: boolean;
  readonly exitCode: number | undefined;
  /** Where its output is. */
  readonly log: string;
  readonly timedOut: boolean;
}

/**
 * Completes a runner's results. A runner that died, ran no test, or failed without a failing test counts as a failure.
 */
export function tally(results: Results, end: RunnerEnd): Results {
  const problem = runnerProblem(end, results);
  if (problem === undefined) return results;
  return { ...results, failed: [...results.failed, { name: end.runner, reason: `${problem}; see ${end.log}` }] };
}

function runnerProblem({ timedOut, reported, exitCode }: RunnerEnd, results: Results): string | undefined {
  if (timedOut) return "the runner was ended at its time limit";
  if (!reported) return `the runner crashed with exit code ${exitCode}`;
  if (results.passed + results.failed.length + results.skipped.length === 0) return "the runner ran no test";
  if (exitCode === 0 || results.failed.length > 0) return undefined;
  return `no test failed, but the runner's exit code is ${exitCode}`;
}

/**
 * The tally of something that could not run. It counts as a failure, and the last line is still the count.
 *
 * @throws interruptions and defects again
 */
export function failedToRun(name: string, error: unknown): Tally {
  if (error instanceof InterruptedError || !(error instanceof CommandError)) throw error;
  return { passed: 0, failed: [{ name, reason: error.message }], skipped: [] };
}

/** The one line that CI reads: `N passed, N failed, N skipped` over all runners. */
export function countLine(tallies: readonly Tally[]): string {
  const sum = (count: (tally: Tally) => number): number => tallies.reduce((total, each) => total + count(each), 0);
  return `${sum((t) => t.passed)} passed, ${sum((t) => t.failed.length)} failed, ${sum((t) => t.skipped.length)} skipped`;
}
