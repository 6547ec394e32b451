import type { Summary } from "./statistics";

/** How many copies of the stacks one process synthesizes. */
export const copyCounts = [1, 10, 50, 100] as const;

/** Growth counts as linear while a late copy costs at most this many times as much as an early one. */
const LINEAR_UP_TO = 1.25;

/** The time and memory of a number of copies in one process. */
export interface Copies {
  readonly copies: number;
  readonly summary: Summary;
}

/**
 * The cost of each further copy between two sizes, in milliseconds of processor time. Other programs always disturb
 * some of the long runs. They lengthen the wall time of a run, but do not count in its processor time.
 */
export function msPerFurtherCopy(from: Copies, to: Copies): number {
  return (to.summary.cpuMs - from.summary.cpuMs) / (to.copies - from.copies);
}

/**
 * Compares the cost of the last copies with that of earlier ones, and says whether the growth is linear.
 *
 * @param sizes at least three, smallest first. Only the last three count: the time of a small size is mostly loading
 */
export function linearity(sizes: readonly Copies[]): { readonly times: number; readonly met: boolean; limit: number } {
  const [early, middle, last] = sizes.slice(-3);
  if (early === undefined || middle === undefined || last === undefined) {
    throw new Error(`growth: expected at least three sizes, got ${sizes.length}`);
  }
  const times = msPerFurtherCopy(middle, last) / msPerFurtherCopy(early, middle);
  return { times, met: times <= LINEAR_UP_TO, limit: LINEAR_UP_TO };
}
