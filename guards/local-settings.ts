import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/**
 * Refuses `cdktf deploy`, `destroy` and `watch` with the local AWS's settings, unless the endpoint is on this computer.
 *
 * @param endpoint `AWS_ENDPOINT_URL` of this run
 * @throws UserError when `command` would change a real account with settings/local.yaml
 */
export function refuseLocalSettingsElsewhere(
  command: CdktfCommand,
  settings: { readonly environment: string },
  endpoint: string | undefined,
): void {
  if (settings.environment !== "local" || !command.changes) return;
  if (/^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(endpoint ?? "")) return;
  throw new UserError(
    'WORKBENCH_ENV: expected an environment of your own for a real account, got "local". ' +
      "Write settings/<name>.yaml and set WORKBENCH_ENV=<name>. " +
      `Or run \`npm run local -- cdktf ${command.verb}\` to use the local AWS.`,
  );
}
