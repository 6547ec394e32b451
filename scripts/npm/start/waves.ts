import type { StackDefinition } from "../../../stacks/define-stack";

/** Options of {@link inWaves}. */
export interface WaveOptions {
  /** Whether machines can run here. If not, stacks that need machines are left out. */
  readonly withMachines: boolean;
  /** Whether the first wave builds images, in parallel with its stacks. */
  readonly waitForImages: boolean;
}

type Stack = Pick<StackDefinition, "name" | "after" | "needs" | "image">;

/**
 * Groups the names of the stacks to deploy into waves. The stacks of one wave deploy in parallel. A stack's wave comes
 * after the waves of the stacks in its `after`, and after the wave that builds its image.
 *
 * @param stacks in order of deployment
 */
export function inWaves(stacks: readonly Stack[], { withMachines, waitForImages }: WaveOptions): readonly string[][] {
  const waveOf = new Map<string, number>();
  const waves: string[][] = [];
  for (const { name, after = [], needs = [], image } of stacks) {
    const before = after.map((other) => waveOf.get(other));
    // Leave out a stack that comes after a stack that is left out.
    if ((!withMachines && needs.includes("machines")) || before.includes(undefined)) continue;
    const wave = Math.max(waitForImages && image ? 1 : 0, ...before.map((number = 0) => number + 1));
    waveOf.set(name, wave);
    waves[wave] = [...(waves[wave] ?? []), name];
  }
  return Array.from(waves, (wave) => wave ?? []);
}
