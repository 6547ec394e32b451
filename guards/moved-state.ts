import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";
import { recordOfBackend } from "./other-environment";

/** A stack, as far as its state is concerned. */
export interface StackWithState {
  readonly node: { readonly id: string };
  readonly workingDirectory: string;
  /** Absolute path of the file that has its state where no bucket is set. */
  readonly localStateFile: string;
  readonly stateInS3: boolean;
}

/**
 * Ends a run that would begin an empty state in S3 while a file of this computer has the stack's state: every resource would be made a
 * second time. Terraform asks about the move by itself, but only while the working directory notes where the state was.
 *
 * @throws UserError when a stack that `command` concerns has such a file, and nothing notes its move
 */
export function refuseForgottenState(command: CdktfCommand | undefined, stacks: readonly StackWithState[]): void {
  for (const { node, workingDirectory, localStateFile, stateInS3 } of stacks) {
    const concerned = command?.concerns(node.id) ?? true;
    if (!concerned || !stateInS3 || existsSync(recordOfBackend(workingDirectory)) || !hasResources(localStateFile))
      continue;
    throw new UserError(
      `state.bucket: expected the state of stack ${node.id} in the bucket alone, got one in ${relative(process.cwd(), localStateFile)} too, and no note that it was moved; move it (take state.bucket away, run \`npx cdktf diff ${node.id}\`, set it again, run \`npx cdktf deploy ${node.id} --migrate-state\`), or delete the file if the bucket has it already.`,
    );
  }
}

function hasResources(stateFile: string): boolean {
  try {
    return JSON.parse(readFileSync(stateFile, "utf8")).resources.length > 0;
  } catch {
    // No file, or none that Terraform would take.
    return false;
  }
}
