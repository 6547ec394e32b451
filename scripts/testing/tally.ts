import { CommandError, InterruptedError } from "../support/command-error";
import type { TestEvent } from "./test-events";

/** A test that did not pass, and why. */
export interface NamedOutcome {
  readonly name: string;
  readonly reason: string;
}

/** How one runner fared. */
export interface Tally {
  readonly passed: number;
  readonly failed: readonly NamedOutcome[];
  readonly skipped: readonly NamedOutcome[];
}

/** How a runner's process ended. */
export interface RunnerEnd {
  readonly runner: string;
  readonly exitCode: number | undefined;
  /** Where its output is. */
  readonly log: string;
  readonly timedOut: boolean;
}

/** Adds a runner's results up. A runner that died, ran nothing, or failed without a failing test is a failure itself. */
export function tally(events: readonly TestEvent[], end: RunnerEnd): Tally {
  const tests = events.filter((event) => event.event === "test");
  const named = (outcome: "failed" | "skipped"): NamedOutcome[] =>
    tests.filter((test) => test.outcome === outcome).map(({ name, reason }) => ({ name, reason: reason ?? "" }));
  const failed = named("failed");
  const problem = runnerProblem(end, tests.length, failed.length, events.at(-1)?.event === "end");
  return {
    passed: tests.filter((test) => test.outcome === "passed").length,
    failed: problem === undefined ? failed : [...failed, { name: end.runner, reason: `${problem}; see ${end.log}` }],
    skipped: named("skipped"),
  };
}

function runnerProblem(end: RunnerEnd, tests: number, failures: number, ended: boolean): string | undefined {
  if (end.timedOut) return "the runner was ended at its time limit";
  if (!ended) return `the runner crashed with exit code ${end.exitCode ?? "unknown"}`;
  if (tests === 0) return "the runner ran no test";
  if (end.exitCode !== 0 && failures === 0) return `no test failed, and yet the runner's exit code is ${end.exitCode}`;
  return undefined;
}

/**
 * The tally of something that did not even run, so that it counts and the last line is still the count.
 *
 * @throws an interruption, and what is no error for people, as they are
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
