import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/**
 * Refuses a command line of which no word names a stack. cdktf would say so too, but not which stacks there are.
 *
 * @throws UserError that lists the stacks
 */
export function refuseUnknownStacks(command: CdktfCommand, stacks: readonly { readonly name: string }[]): void {
  const { verb, words } = command;
  // `cdktf synth` writes every stack. Its words are values of options.
  if (words.length === 0 || ["synth", "synthesize", "list"].includes(verb)) return;
  if (stacks.some(({ name }) => command.names(name))) return;
  const names = stacks.map(({ name }) => name).join(", ");
  throw new UserError(`cdktf ${verb}: expected one of the stacks ${names}, got "${words.join(" ")}".`);
}
