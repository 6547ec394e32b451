import type { StackDefinition } from "../../stacks/define-stack";
import { CommandError } from "../support/command-error";

/** The parts of a definition that say what can be retired. */
type Definition = Pick<StackDefinition, "name" | "keeps" | "numberedVolumes">;

/** A stack with numbered data volumes, and the number of one. */
export interface ChosenVolume<Stack> {
  readonly definition: Stack & Required<Pick<StackDefinition, "numberedVolumes">>;
  readonly index: number;
}

/**
 * Finds the volume that a command line names.
 *
 * @param stacks the definitions of all stacks
 * @param stack value of `--stack`
 * @param index value of `--index`
 * @throws CommandError with exit code 2: the stack has no numbered volumes, or the number is not that of a last volume
 */
export function chooseVolume<Stack extends Definition>(
  stacks: readonly Stack[],
  stack: string,
  index: string,
): ChosenVolume<Stack> {
  const definition = stacks.find(({ name }) => name === stack);
  if (definition?.numberedVolumes === undefined) {
    const names = stacks.filter(({ numberedVolumes }) => numberedVolumes !== undefined).map(({ name }) => name);
    const expected = `expected a stack with numbered data volumes (${names.join(", ") || "there is none"})`;
    const fix = definition?.keeps === undefined ? "" : `; ${pageOf(stack)} says how to retire what that stack keeps`;
    throw new CommandError(`--stack: ${expected}, got "${stack}"${fix}`, 2);
  }
  if (!/^[1-9]\d{0,3}$/.test(index)) {
    const fix = index === "0" ? `; volume 0 goes with its stack, and ${pageOf(stack)} says how to retire that` : "";
    throw new CommandError(`--index: expected the number of the last volume, from 1 to 9999, got "${index}"${fix}`, 2);
  }
  return { definition: definition as ChosenVolume<Stack>["definition"], index: Number(index) };
}

function pageOf(stack: string): string {
  return `stacks/${stack}/README.md`;
}
