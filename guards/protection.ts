import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/** Why a stack may not be destroyed, and how it is on purpose: phrases of one sentence. */
export interface Protection {
  /** Data that would be lost, such as "the data volume". */
  readonly what: string;
  /** Setting that protects it. */
  readonly setting: string;
  /** Command lines that retire it on purpose, one after another. */
  readonly retire: readonly string[];
  /** What is left then, or what stands in the way. */
  readonly consequence: string;
}

/** A stack, as far as a destroy is concerned. */
export interface ProtectedStack {
  readonly name: string;
  readonly protection?: Protection;
}

/**
 * Ends `cdktf destroy` of protected data before anything is destroyed, and says how to retire it on purpose.
 * Terraform's own `prevent_destroy` stands behind it.
 *
 * @throws UserError with a sentence for each protected stack that `command` destroys
 */
export function refuseProtectedDestroy(command: CdktfCommand, stacks: readonly ProtectedStack[]): void {
  if (command.verb !== "destroy") return;
  const named = stacks.filter(({ name }) => command.names(name));
  const sentences = named.flatMap(({ protection }) => (protection ? [sentenceOf(protection)] : []));
  if (sentences.length > 0) throw new UserError(sentences.join("\n"));
}

function sentenceOf({ what, setting, retire, consequence }: Protection): string {
  const commands = retire.map((line) => `\`${line}\``).join(", then ");
  return `destroy: ${what} is protected by ${setting}, so nothing was destroyed; to retire it on purpose, run ${commands} (${consequence}).`;
}
