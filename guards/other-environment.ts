import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Whose state it is. */
interface Owner {
  readonly project: string;
  readonly environment: string;
}

/**
 * Forgets which backend a stack's working directory last used, when that was another environment's or, in S3, another project's.
 * They share cdktf.out; Terraform would offer to move the one's state over the other's, and cdktf would say yes.
 * A state of the same owner that moved (from a file into S3, say) is a move that Terraform has to ask about.
 *
 * @param workingDirectory folder of the synthesized stack.
 * @param owner what is synthesized now.
 */
export function forgetOtherEnvironment(workingDirectory: string, owner: Owner): void {
  const record = recordOfBackend(workingDirectory);
  const recorded = recordedOwner(record);
  if (recorded === undefined) return;
  // A file's path names no project.
  const { environment, project = owner.project } = recorded;
  if (environment !== owner.environment || project !== owner.project) rmSync(record);
}

/** Where Terraform notes which backend a working directory uses. */
export function recordOfBackend(workingDirectory: string): string {
  return join(workingDirectory, ".terraform", "terraform.tfstate");
}

/** From `…/<environment>/<stack>.tfstate`, a file's path, or `<project>/<environment>/<stack>.tfstate`, a key in S3. */
function recordedOwner(record: string): { environment?: string; project?: string } | undefined {
  try {
    const { path, key } = JSON.parse(readFileSync(record, "utf8")).backend.config as { path?: string; key?: string };
    return { environment: (path ?? key)?.split("/").at(-2), project: key?.split("/").at(-3) };
  } catch {
    // Nothing recorded, or nothing that Terraform itself would take.
    return undefined;
  }
}
