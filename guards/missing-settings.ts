import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/** A stack, and a sentence for each thing that has to be set before it can be deployed. */
export interface UnreadyStack {
  readonly name: string;
  readonly missing: readonly string[];
}

/** Verbs that plan or make what a stack says. A destroy needs nothing set. */
const planning = ["deploy", "apply", "watch", "diff", "plan"];

/**
 * Ends a command that plans or deploys a stack by its name while something is not set. The stack is written all the
 * same, with the sentences as preconditions, so that Terraform refuses it too.
 *
 * @throws UserError with every sentence, a line each
 */
export function refuseMissingSettings(command: CdktfCommand, stacks: readonly UnreadyStack[]): void {
  if (!planning.includes(command.verb)) return;
  const missing = stacks.filter(({ name }) => command.names(name)).flatMap((stack) => stack.missing);
  if (missing.length > 0) throw new UserError([...new Set(missing)].join("\n"));
}
