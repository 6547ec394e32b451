import { typedCommand } from "../settings/typed-command";
import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/**
 * Refuses a command line of which no word names a stack. cdktf would say so too, but not which stacks there are. And to
 * `cdktf output` without a stack, it would say to run `cdktf deploy <stack>`.
 *
 * @param environment `WORKBENCH_ENV`
 * @throws UserError that lists the stacks
 */
export function refuseUnknownStacks(
  command: CdktfCommand,
  stacks: readonly { readonly name: string }[],
  environment: string,
): void {
  const { verb, words } = command;
  // `cdktf synth` writes every stack. Its words are values of options.
  if (["synth", "synthesize", "list"].includes(verb)) return;
  if (stacks.some(({ name }) => command.names(name))) return;
  const names = stacks.map(({ name }) => name).join(", ");
  const got = words.length === 0 ? "none" : `"${words.join(" ")}"`;
  const fix = typedCommand(environment, `npx cdktf ${verb} <stack>`);
  throw new UserError(`cdktf ${verb}: expected one of the stacks ${names}, got ${got}; run \`${fix}\`.`);
}
