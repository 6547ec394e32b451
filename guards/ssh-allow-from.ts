import { allowFromMissing } from "../settings/allow-from";
import type { Settings } from "../settings/schema";
import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";

/**
 * Ends a run that concerns stack `ec2` while nobody may connect to its machine, Terraform included. Without a cdktf command
 * any stack may be meant, since `terraform` works on what is written.
 *
 * @throws UserError when ssh.allowFrom is empty and `command` concerns stack `ec2`
 */
export function requireSshAllowFrom(command: CdktfCommand | undefined, settings: Settings): void {
  const missing = allowFromMissing(settings);
  if (missing && (command?.concerns("ec2") ?? true)) throw new UserError(missing);
}
