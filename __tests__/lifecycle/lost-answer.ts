import { EventEmitter, once } from "node:events";
import { AwsProxy, type Call } from "./aws-proxy";
import { stoppedTerraform } from "./cut-off";
import type { Workbench } from "./workbench";

/** Which command is killed, and when. */
export interface KilledUnanswered {
  readonly stack: string;
  /** @default apply */
  readonly verb?: "apply" | "destroy";
  /** What AWS must have done. */
  readonly calls: readonly Call[];
}

/**
 * Runs Terraform on a stack, and kills Terraform and its providers once AWS has done what each of these calls asks for,
 * before they hear of it. The stack must be synthesized and initialized.
 *
 * @throws Error if the command ends before
 */
export async function killUnanswered(
  user: Workbench,
  { stack, verb = "apply", calls }: KilledUnanswered,
): Promise<void> {
  const awaited = new Set(calls);
  const allLost = new EventEmitter();
  const proxy = await AwsProxy.start(user, (isCall) => {
    const call = [...awaited].find(isCall);
    if (call === undefined) return "pass";
    awaited.delete(call);
    if (awaited.size === 0) allLost.emit("now");
    return "keep";
  });
  try {
    const lost = once(allLost, "now");
    const running = user.beginTerraform(verb, stack, proxy.address);
    const ended = running.then(({ all }) => {
      throw new Error(`expected ${verb} of ${stack} not to end before it is killed, got:\n${all}`);
    });
    await Promise.race([ended, lost]);
    for (const pid of [-(running.pid ?? 0), ...(await stoppedTerraform(user, stack))]) process.kill(pid, "SIGKILL");
    await ended.catch(() => undefined);
  } finally {
    proxy.end();
  }
}
