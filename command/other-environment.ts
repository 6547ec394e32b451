import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Forgets which backend a stack's working directory last used, when that was another environment's. Environments share
 * cdktf.out; Terraform would offer to move the one's state over the other's, and cdktf would say yes.
 * Within one environment a moved state (from a file into S3, say) is a move that Terraform has to ask about.
 *
 * @param workingDirectory folder of the synthesized stack.
 * @param environment the environment that is synthesized now.
 */
export function forgetOtherEnvironment(workingDirectory: string, environment: string): void {
  const record = join(workingDirectory, ".terraform", "terraform.tfstate");
  const recorded = recordedEnvironment(record);
  if (recorded !== undefined && recorded !== environment) rmSync(record);
}

/** The environment in `…/<environment>/<stack>.tfstate`, which ends both a file's path and a key in S3. */
function recordedEnvironment(record: string): string | undefined {
  try {
    const { path, key } = JSON.parse(readFileSync(record, "utf8")).backend.config as { path?: string; key?: string };
    return (path ?? key)?.split("/").at(-2);
  } catch {
    // Nothing recorded, or nothing that Terraform itself would take.
    return undefined;
  }
}
