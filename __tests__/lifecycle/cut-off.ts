import { setTimeout as sleep } from "node:timers/promises";
import type { Workbench } from "./workbench";

/** Which command is cut off, when and how. */
export interface CutOff {
  readonly stack: string;
  /** @default deploy */
  readonly verb?: "deploy" | "destroy";
  /** What the command says when it is to be cut off. */
  readonly when: string;
  /** What must be so by then, looked at again and again. @default nothing */
  readonly once?: () => Promise<boolean>;
  readonly signal: NodeJS.Signals;
}

/**
 * Begins a command, sends its whole process group `signal` once it says `when`, as a terminal does, and returns how it ended.
 */
export async function cutOff(user: Workbench, { stack, verb = "deploy", when, once, signal }: CutOff) {
  const running = user.begin(verb, stack);
  let said = "";
  let sent = false;
  running.all?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (!sent && said.includes(when)) {
      sent = true;
      void until(once).then(() => process.kill(-(running.pid ?? 0), signal));
    }
  });
  const { exitCode } = await running;
  if (!sent) throw new Error(`expected "${when}", got:\n${said.slice(-2000)}`);
  return { exitCode: exitCode ?? -1 };
}

async function until(once: (() => Promise<boolean>) | undefined): Promise<void> {
  while (once && !(await once())) await sleep(100);
}
