import { setTimeout as sleep } from "node:timers/promises";
import type { Workbench } from "./workbench";

/** Which command is cut off, when and how. */
export interface CutOff {
  readonly stack: string;
  /** @default deploy */
  readonly verb?: "deploy" | "destroy";
  /** What the command says when it is to be cut off. */
  readonly when: string;
  /** What AWS must have made by then: asked again and again until there is something. @default nothing */
  readonly made?: () => Promise<readonly unknown[]>;
  readonly signal: NodeJS.Signals;
}

/**
 * Begins a command, sends its whole process group `signal` once it says `when`, as a terminal does, and returns how it ended.
 */
export async function cutOff(user: Workbench, { stack, verb = "deploy", when, made, signal }: CutOff) {
  const running = user.begin(verb, stack);
  let said = "";
  let sent = false;
  running.all?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (!sent && said.includes(when)) {
      sent = true;
      void until(made).then(() => process.kill(-(running.pid ?? 0), signal));
    }
  });
  const { exitCode } = await running;
  if (!sent) throw new Error(`expected "${when}", got:\n${said.slice(-2000)}`);
  return { exitCode: exitCode ?? -1 };
}

/** Something is there, and for so long that Terraform has the answer: what is cut off before that is in nobody's state. */
async function until(made: CutOff["made"]): Promise<void> {
  if (made === undefined) return;
  while ((await made()).length === 0) await sleep(100);
  await sleep(1000);
}
