import type { Measurement } from "./measure";

/** The median of some numbers. For an even count, the mean of the two in the middle. NaN for no numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const below = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  const above = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return (below + above) / 2;
}

/** Summary of several runs of one command. */
export interface Summary {
  readonly minMs: number;
  readonly medianMs: number;
  /** Processor time of the run that used least. */
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** Returns the shortest and the median time, the least processor time, and the median of the peaks. */
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
 * How many times as long as `base` a command takes: the median of the ratios of each round. Other load on this computer
 * slows both runs of a round.
 */
export function ratio(runs: readonly Measurement[], base: readonly Measurement[]): number {
  return median(runs.map((run, round) => run.wallMs / (base[round]?.wallMs ?? Number.NaN)));
}
