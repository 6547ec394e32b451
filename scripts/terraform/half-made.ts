import { ask } from "../support/ask";
import type { SynthesizedStack } from "./run-terraform";

const UNTAINT_LIMIT_SEC = 60;

/** Terraform's error about a plan that would replace a protected resource. It names the resource. */
const PROTECTED = /Resource (\S+) has lifecycle\.prevent_destroy set/;

/**
 * Keeps a protected resource whose creation was interrupted. AWS made the resource, but Terraform did not see it become
 * available. So Terraform marked it for replacement, and its protection now fails every plan.
 *
 * @param message why the plan failed
 * @returns true when this was the reason and the mark is removed: plan again
 */
export async function keepHalfMade({ directory, environment }: SynthesizedStack, message: string): Promise<boolean> {
  const [, address] = PROTECTED.exec(message) ?? [];
  if (address === undefined) return false;
  // Fails when the resource has no such mark. Then the plan replaces it for another reason, and must fail.
  const options = { cwd: directory, env: environment, timeoutSec: UNTAINT_LIMIT_SEC };
  const { exitCode } = await ask("terraform", ["untaint", "-no-color", address], options);
  return exitCode === 0;
}
