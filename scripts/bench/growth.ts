import type { Summary } from "./statistics";

/** How many times over the stacks are synthesized in one process. */
export const copyCounts = [1, 10, 50, 100] as const;

/** Growth is linear as long as a late copy costs no more than this many times an early one. */
const LINEAR_UP_TO = 1.25;

/** A number of copies in one process, and what they took. */
export interface Copies {
  readonly copies: number;
  readonly summary: Summary;
}

/**
 * What each further copy costs between two sizes, in milliseconds of processor time: runs of many seconds are never all
 * undisturbed, and what disturbs them does not count as theirs.
 */
export function msPerFurtherCopy(from: Copies, to: Copies): number {
  return (to.summary.cpuMs - from.summary.cpuMs) / (to.copies - from.copies);
}

/**
 * How many times the early copies' cost the last ones have, and whether that is linear growth.
 *
 * @param sizes at least three, smallest first; the first is left out, since its time is mostly that of loading
 */
export function linearity(sizes: readonly Copies[]): { readonly times: number; readonly met: boolean; limit: number } {
  const [early, middle, last] = sizes.slice(-3);
  if (early === undefined || middle === undefined || last === undefined) {
    throw new Error(`growth: expected at least three sizes, got ${sizes.length}`);
  }
  const times = msPerFurtherCopy(middle, last) / msPerFurtherCopy(early, middle);
  return { times, met: times <= LINEAR_UP_TO, limit: LINEAR_UP_TO };
}
