import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/** A stack, and a sentence for each setting that it needs before it can be deployed. */
export interface UnreadyStack {
  readonly name: string;
  readonly missing: readonly string[];
}

/** Verbs that plan or deploy a stack. A destroy needs none of these settings. */
const planning = ["deploy", "apply", "watch", "diff", "plan"];

/**
 * Refuses a command that plans or deploys a stack by name while a setting is missing. Synthesis writes the stack
 * anyway, with the sentences as preconditions, so that Terraform refuses it too.
 *
 * @throws UserError with every sentence, one a line
 */
export function refuseMissingSettings(command: CdktfCommand, stacks: readonly UnreadyStack[]): void {
  if (!planning.includes(command.verb)) return;
  const missing = stacks.filter(({ name }) => command.names(name)).flatMap((stack) => stack.missing);
  if (missing.length > 0) throw new UserError([...new Set(missing)].join("\n"));
}
