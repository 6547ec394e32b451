import type { BenchCommand } from "./commands";
import { type Measurement, measure } from "./measure";

/** Every run of every command, by the command's name. */
export type Runs = ReadonlyMap<string, readonly Measurement[]>;

/**
 * Runs all commands in turn, round by round, so that other load on this computer slows all of them alike. The first
 * round warms the caches, and does not count.
 *
 * @param rounds how often to measure each command
 * @param report called with the command that runs
 */
export async function runRounds(
  commands: readonly BenchCommand[],
  rounds: number,
  temporary: string,
  report: (progress: string) => void,
): Promise<Runs> {
  const runs = new Map<string, Measurement[]>(commands.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const command of commands) {
      report(`${round === 0 ? "warming up" : `round ${round} of ${rounds}`}: ${command.name}`);
      const measurement = await measure(command, temporary);
      if (round > 0) runs.get(command.name)?.push(measurement);
    }
  }
  return runs;
}
