import type { CdktfCommand } from "../cdktf-command";
import type { Settings } from "../settings/schema";
import { UserError } from "../settings/user-error";

/**
 * Ends `cdktf destroy` of protected data before anything is destroyed, and says how to retire it on purpose.
 * Terraform's own `prevent_destroy` stands behind it.
 *
 * @throws when `command` destroys a stack whose settings say preventDestroy.
 */
export function refuseProtectedDestroy(command: CdktfCommand, settings: Settings): void {
  if (command.verb !== "destroy") return;
  if (command.names("ebs") && settings.ebs.preventDestroy) {
    const keeps = settings.ebs.finalSnapshot
      ? "a final snapshot is kept, if ebs.finalSnapshot was true when ebs was last deployed"
      : "no snapshot is kept, unless ebs.finalSnapshot was true when ebs was last deployed";
    throw protectedError(
      "the data volume",
      "ebs.preventDestroy",
      "npx cdktf destroy ec2`, then `WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs",
      keeps,
    );
  }
  if (command.names("state") && settings.state.preventDestroy) {
    const command = "WORKBENCH_STATE_PREVENT_DESTROY=false npx cdktf destroy state";
    throw protectedError(
      "the state bucket",
      "state.preventDestroy",
      command,
      "S3 refuses it while the bucket holds a state",
    );
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

function protectedError(what: string, setting: string, command: string, consequence: string): UserError {
  return new UserError(
    `destroy: ${what} is protected by ${setting}, so nothing was destroyed; to retire it on purpose, run \`${command}\` (${consequence}).`,
  );
}
