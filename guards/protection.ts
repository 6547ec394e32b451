import { typedCommand } from "../settings/typed-command";
import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/** Why a stack must not be destroyed, and how to destroy it on purpose: the parts of a message. */
export interface Protection {
  /** Data that would be lost, such as "the data volume". */
  readonly what: string;
  /** Setting that protects it. */
  readonly setting: string;
  /** Commands that retire it on purpose, in order, once the stacks after it are gone. */
  readonly retire: readonly string[];
  /** A sentence that says what remains after that, or what still prevents it. */
  readonly consequence: string;
}

/** The parts of a stack that concern a destroy. */
export interface ProtectedStack {
  readonly name: string;
  readonly protection?: Protection;
  /** Stacks that come after it, and so are destroyed before it. */
  readonly dependents: readonly string[];
}

/**
 * Refuses `cdktf destroy` of protected data before anything is destroyed, and says how to retire it on purpose.
 * Terraform's own `prevent_destroy` is the second safeguard.
 *
 * @param environment `WORKBENCH_ENV`
 * @throws UserError with a message for each protected stack that `command` destroys
 */
export function refuseProtectedDestroy(
  command: CdktfCommand,
  stacks: readonly ProtectedStack[],
  environment: string,
): void {
  if (command.verb !== "destroy") return;
  const named = stacks.filter(({ name }) => command.names(name));
  const messages = named.flatMap(({ protection, dependents }) => {
    return protection ? [messageOf(protection, dependents, environment)] : [];
  });
  if (messages.length > 0) throw new UserError(messages.join("\n"));
}

function messageOf(
  { what, setting, retire, consequence }: Protection,
  dependents: readonly string[],
  environment: string,
): string {
  const first = dependents.length > 0 ? [`npx cdktf destroy ${dependents.join(" ")}`] : [];
  const commands = [...first, ...retire].map((line) => `\`${typedCommand(environment, line)}\``).join(", then ");
  return (
    `destroy: ${setting} protects ${what}, so nothing was destroyed. ` +
    `To retire it on purpose, run ${commands}. ${consequence}`
  );
}
