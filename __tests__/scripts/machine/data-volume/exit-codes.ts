import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder under test. */
export const scripts = join(__dirname, "../../../../scripts/machine/data-volume");

/** The one table of exit codes, as the scripts have it: { EXIT_DONE: 0, … }. */
export const exitCodes = Object.fromEntries(
  [...readFileSync(join(scripts, "lib/exit-codes.bash"), "utf8").matchAll(/^readonly (EXIT_\w+)=(\d+)/gm)].map(
    ([, name, code]) => [name, Number(code)],
  ),
) as Readonly<Record<string, number>>;

/** The code of a name without "EXIT_"; throws for a name that the scripts do not know. */
export function exitCode(name: string): number {
  const code = exitCodes[`EXIT_${name}`];
  if (code === undefined) throw new Error(`no exit code EXIT_${name} in lib/exit-codes.bash`);
  return code;
}
