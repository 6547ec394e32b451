import { readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "./until";
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
 * SIGKILL is for Terraform and its providers too, which are in no group of cdktf's.
 */
export async function cutOff(user: Workbench, { stack, verb = "deploy", when, made, signal }: CutOff) {
  const running = user.begin(verb, stack);
  let said = "";
  let sent: Promise<Error | undefined> | undefined;
  running.all?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes(when)) sent ??= send(running.pid ?? 0, signal, made, path.join(user.outdir, "stacks", stack));
  });
  const { exitCode } = await running;
  if (sent === undefined) throw new Error(`expected "${when}", got:\n${said.slice(-2000)}`);
  const problem = await sent;
  if (problem) throw new Error(`${verb} ${stack} was not cut off: ${problem.message}`);
  return { exitCode: exitCode ?? -1 };
}

/** Its error is the answer, since nobody waits for it while the command runs. */
async function send(
  group: number,
  signal: NodeJS.Signals,
  made: CutOff["made"],
  terraformFolder: string,
): Promise<Error | undefined> {
  try {
    await untilMade(made);
    const terraform = signal === "SIGKILL" ? processesIn(terraformFolder) : [];
    for (const pid of [-group, ...terraform]) process.kill(pid, signal);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Of whoever works in a folder: Terraform and its providers, of what was synthesized there. */
export function processesIn(folder: string): number[] {
  const worksThere = (pid: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      // It has just ended.
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && worksThere(name))
    .map(Number);
}

/**
 * The provider itself pauses for ten seconds after AWS's answer. Nothing tells from outside that it has the answer, so this
 * takes less than half of that: what is cut off before the answer is in nobody's state.
 */
const ANSWERED_MS = 4_000;

/** Something is there, and Terraform knows it. */
async function untilMade(made: CutOff["made"]): Promise<void> {
  if (made === undefined) return;
  await until("AWS to make something", async () => (await made()).length > 0);
  await sleep(ANSWERED_MS);
}
