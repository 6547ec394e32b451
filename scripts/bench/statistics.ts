import type { Measurement } from "./measure";

/** The middle of some numbers; of an even count, the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const below = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  const above = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return (below + above) / 2;
}

/** What several runs of one command come to. */
export interface Summary {
  readonly minMs: number;
  readonly medianMs: number;
  /** Processor time of the run that used least. */
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** Shortest and middle time, least processor time, and the middle of the peaks. */
export function summarize(runs: readonly Measurement[]): Summary {
  const times = runs.map((run) => run.wallMs);
  return {
    minMs: Math.min(...times),
    medianMs: median(times),
    cpuMs: Math.min(...runs.map((run) => run.cpuMs)),
    peakMiB: median(runs.map((run) => run.peakMiB)),
  };
}

/**
 * How many times as long as `base` something takes: the middle of the ratios of runs that were made side by side, so that
 * a machine that is busy for a while slows both.
 */
export function ratio(runs: readonly Measurement[], base: readonly Measurement[]): number {
  return median(runs.map((run, round) => run.wallMs / (base[round]?.wallMs ?? Number.NaN)));
}
