import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";
import { recordOfBackend } from "./other-environment";

/** The parts of a stack that concern its state. */
export interface StackWithState {
  readonly node: { readonly id: string };
  readonly workingDirectory: string;
  /** Absolute path of its state file, for when no bucket is set. */
  readonly localStateFile: string;
  readonly stateInS3: boolean;
}

/**
 * Refuses to start an empty state in S3 while a local file still has the stack's state: Terraform would create every
 * resource a second time. Terraform itself asks about the migration only while the working directory records the old
 * backend.
 *
 * @throws UserError if a stack that `command` concerns has such a file, and no record of its migration
 */
export function refuseForgottenState(command: CdktfCommand | undefined, stacks: readonly StackWithState[]): void {
  for (const { node, workingDirectory, localStateFile, stateInS3 } of stacks) {
    const concerned = command?.concerns(node.id) ?? true;
    if (!concerned || !stateInS3 || existsSync(recordOfBackend(workingDirectory)) || !hasResources(localStateFile))
      continue;
    const file = relative(process.cwd(), localStateFile);
    throw new UserError(
      `state.bucket: expected the state of stack ${node.id} only in the bucket, got one in ${file} too, ` +
        "and no record that it was migrated. " +
        `To migrate it, remove state.bucket, run \`npx cdktf diff ${node.id}\`, set it again, ` +
        `and run \`npx cdktf deploy ${node.id} --migrate-state\`. ` +
        "If the bucket already has the state, delete the file.",
    );
  }
}

function hasResources(stateFile: string): boolean {
  try {
    return JSON.parse(readFileSync(stateFile, "utf8")).resources.length > 0;
  } catch {
    // No file, or no state that Terraform would accept.
    return false;
  }
}
