import type { Settings } from "../settings/schema";
import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/** Why a stack may not be destroyed, and how it is on purpose: phrases of one sentence. */
export interface Protection {
  /** Data that would be lost, such as "the data volume". */
  readonly what: string;
  /** Setting that protects it. */
  readonly setting: string;
  /** Command line that retires it on purpose. */
  readonly retire: string;
  /** What is left then, or what stands in the way. */
  readonly consequence: string;
}

/** A stack, as far as a destroy is concerned. */
export interface ProtectedStack {
  readonly node: { readonly id: string };
  readonly protection?: Protection;
}

/**
 * Ends `cdktf destroy` of protected data before anything is destroyed, and says how to retire it on purpose.
 * Terraform's own `prevent_destroy` stands behind it.
 *
 * @throws when `command` destroys a stack that is protected.
 */
export function refuseProtectedDestroy(command: CdktfCommand, stacks: readonly ProtectedStack[]): void {
  if (command.verb !== "destroy") return;
  for (const { node, protection } of stacks) {
    if (protection && command.names(node.id)) throw protectedError(protection);
  }
}

/**
 * Ends `cdktf deploy`, `destroy` and `watch` with the local AWS's settings unless they go to an AWS on this computer.
 *
 * @param endpoint `AWS_ENDPOINT_URL` of this run.
 * @throws when `command` would change a real account with settings/local.yaml.
 */
export function refuseLocalSettingsElsewhere(
  command: CdktfCommand,
  settings: Settings,
  endpoint: string | undefined,
): void {
  if (settings.environment !== "local" || !command.changes) return;
  if (/^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(endpoint ?? "")) return;
  throw new UserError(
    `WORKBENCH_ENV: expected an environment of your own for a real account, got "local"; write settings/<name>.yaml and set WORKBENCH_ENV=<name>, or run it against the local AWS with \`npm run local -- cdktf ${command.verb}\`.`,
  );
}

function protectedError({ what, setting, retire, consequence }: Protection): UserError {
  return new UserError(
    `destroy: ${what} is protected by ${setting}, so nothing was destroyed; to retire it on purpose, run \`${retire}\` (${consequence}).`,
  );
}
