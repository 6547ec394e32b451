import { readdirSync, readFileSync, readlinkSync } from "node:fs";
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
  readonly made?: (() => Promise<readonly unknown[]>) | undefined;
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
    if (said.includes(when)) sent ??= send(running.pid ?? 0, user, { stack, when, made, signal });
  });
  const { exitCode } = await running;
  if (sent === undefined) throw new Error(`expected "${when}", got:\n${said.slice(-2000)}`);
  const problem = await sent;
  if (problem) throw new Error(`${verb} ${stack} was not cut off: ${problem.message}`);
  return { exitCode: exitCode ?? -1 };
}

/** Its error is the answer, since nobody waits for it while the command runs. */
async function send(group: number, user: Workbench, { stack, made, signal }: CutOff): Promise<Error | undefined> {
  try {
    await untilMade(made);
    if (signal === "SIGKILL") await untilSaved(user.stateFile(stack));
    const terraform = signal === "SIGKILL" ? processesIn(path.join(user.outdir, "stacks", stack)) : [];
    for (const pid of [-group, ...terraform]) process.kill(pid, signal);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Terraform empties a state in a file before it writes it: what is killed in between has lost all of it, and is another story. */
async function untilSaved(file: string): Promise<void> {
  let same = 0;
  let before = "";
  await until("a state that is written, and not written again", async () => {
    const now = readFileSync(file, "utf8");
    same = now !== "" && now === before ? same + 1 : 0;
    before = now;
    return same > SAVED_POLLS;
  });
}

/** While nothing else is deployed beside what is cut off. */
const SAVED_POLLS = 10;

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
