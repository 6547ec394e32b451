import type { StackDefinition } from "../../../stacks/define-stack";

/** What {@link inWaves} has to know of this start. */
export interface WaveOptions {
  /** Whether machines boot here; without them, stacks that need machines are left out. */
  readonly withMachines: boolean;
  /** Whether images are built in the first wave, beside its stacks. */
  readonly waitForImages: boolean;
}

type Stack = Pick<StackDefinition, "name" | "after" | "needs" | "image">;

/**
 * Names of the stacks to deploy, in waves: the stacks of a wave are deployed side by side. A stack comes after those that
 * it is deployed after, and after its image.
 *
 * @param stacks in order of deployment
 */
export function inWaves(stacks: readonly Stack[], { withMachines, waitForImages }: WaveOptions): readonly string[][] {
  const waveOf = new Map<string, number>();
  const waves: string[][] = [];
  for (const { name, after = [], needs = [], image } of stacks) {
    const before = after.map((other) => waveOf.get(other));
    // A stack cannot be deployed without one that is left out.
    if ((!withMachines && needs.includes("machines")) || before.includes(undefined)) continue;
    const wave = Math.max(waitForImages && image ? 1 : 0, ...before.map((number = 0) => number + 1));
    waveOf.set(name, wave);
    waves[wave] = [...(waves[wave] ?? []), name];
  }
  return Array.from(waves, (wave) => wave ?? []);
}
