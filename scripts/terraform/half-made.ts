import { ask } from "../support/ask";
import type { SynthesizedStack } from "./run-terraform";

const UNTAINT_LIMIT_SEC = 60;

/** The resource that a plan would replace, and must not, as Terraform's error names it. */
const PROTECTED = /Resource (\S+) has lifecycle\.prevent_destroy set/;

/**
 * Keeps a protected resource whose creation was interrupted. AWS made it; only the waiting for it to become available was cut
 * short, upon which Terraform marks it for replacement, and its protection then refuses every further plan.
 *
 * @param message why the plan failed
 * @returns whether that was it, and planning again makes sense
 */
export async function keepHalfMade({ directory, environment }: SynthesizedStack, message: string): Promise<boolean> {
  const [, address] = PROTECTED.exec(message) ?? [];
  if (address === undefined) return false;
  // Refuses when the resource is not so marked: then the plan would replace it for another reason, and must fail.
  const options = { cwd: directory, env: environment, timeoutSec: UNTAINT_LIMIT_SEC };
  const { exitCode } = await ask("terraform", ["untaint", "-no-color", address], options);
  return exitCode === 0;
}
