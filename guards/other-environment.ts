import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The owner of a state. */
interface Owner {
  readonly project: string;
  readonly environment: string;
}

/**
 * Deletes Terraform's record of a stack's last backend if it was another environment's or, in S3, another project's.
 * They share cdktf.out: Terraform would offer to migrate one state over the other, and cdktf would accept. If the same
 * owner's state moved, for example from a file into S3, the record stays: Terraform must ask about that migration.
 *
 * @param workingDirectory folder of the synthesized stack.
 * @param owner project and environment that are synthesized now.
 */
export function forgetOtherEnvironment(workingDirectory: string, owner: Owner): void {
  const record = recordOfBackend(workingDirectory);
  const recorded = recordedOwner(record);
  if (recorded === undefined) return;
  // A file's path names no project.
  const { environment, project = owner.project } = recorded;
  if (environment !== owner.environment || project !== owner.project) rmSync(record);
}

/** File in which Terraform records the backend of a working directory. */
export function recordOfBackend(workingDirectory: string): string {
  return join(workingDirectory, ".terraform", "terraform.tfstate");
}

/**
 * Reads the owner from a file's path, `…/<environment>/<stack>.tfstate`, or a key in S3,
 * `<project>/<environment>/<stack>.tfstate`.
 */
function recordedOwner(record: string): { environment?: string; project?: string } | undefined {
  try {
    const { path, key } = JSON.parse(readFileSync(record, "utf8")).backend.config as { path?: string; key?: string };
    return { environment: (path ?? key)?.split("/").at(-2), project: key?.split("/").at(-3) };
  } catch {
    // No record, or none that Terraform itself would accept.
    return undefined;
  }
}
