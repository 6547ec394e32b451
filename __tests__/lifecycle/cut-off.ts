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
  /** What runs the command; Terraform itself needs a stack that is synthesized and initialized. @default cdktf */
  readonly by?: "cdktf" | "terraform";
  /** The output at which the command is cut off. */
  readonly when: string;
  /** What AWS must have made first: called again and again until it returns something. @default nothing */
  readonly made?: (() => Promise<readonly unknown[]>) | undefined;
  readonly signal: NodeJS.Signals;
}

/**
 * Begins a command, sends `signal` to its whole process group once it says `when`, as a terminal does, and returns how
 * the command ended. SIGKILL also goes to Terraform and its providers, which are not in cdktf's process group.
 */
export async function cutOff(user: Workbench, { stack, verb = "deploy", by = "cdktf", when, made, signal }: CutOff) {
  const running =
    by === "cdktf" ? user.begin(verb, stack) : user.beginTerraform(verb === "deploy" ? "apply" : verb, stack);
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

/** Returns its error instead of throwing it, since nothing awaits it while the command runs. */
async function send(group: number, user: Workbench, { stack, made, signal }: CutOff): Promise<Error | undefined> {
  try {
    await untilMade(made);
    const terraform = signal === "SIGKILL" ? await stoppedTerraform(user, stack) : [];
    for (const pid of [-group, ...terraform]) process.kill(pid, signal);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/**
 * Stops Terraform and its providers (SIGSTOP) at a moment when the state file is complete. Terraform truncates the file
 * before it writes it: a kill in between loses the whole state, which is not what these tests are about.
 *
 * @returns their process ids
 */
export function stoppedTerraform(user: Workbench, stack: string): Promise<number[]> {
  return until("a complete state file", async () => {
    const terraform = processesIn(path.join(user.outdir, "stacks", stack));
    if (terraform.length === 0) throw new Error("Terraform had ended already");
    for (const pid of terraform) process.kill(pid, "SIGSTOP");
    // A thread stops only when it returns from the write that it is in.
    await sleep(WRITTEN_MS);
    if (isComplete(user.stateFile(stack))) return terraform;
    for (const pid of terraform) process.kill(pid, "SIGCONT");
    return undefined;
  });
}

const WRITTEN_MS = 50;

function isComplete(stateFile: string): boolean {
  try {
    JSON.parse(readFileSync(stateFile, "utf8"));
    return true;
  } catch {
    return false;
  }
}

/** Ids of the processes that work in a folder: Terraform and its providers, for the stack synthesized there. */
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
 * The provider pauses for ten seconds after AWS's answer. From outside, nothing shows that the answer has arrived, so
 * this waits for less than half of the pause. No state has a resource whose deploy is cut off before the answer.
 */
const ANSWERED_MS = 4_000;

/** Waits until AWS has made something and Terraform knows it. */
async function untilMade(made: CutOff["made"]): Promise<void> {
  if (made === undefined) return;
  await until("AWS to make something", async () => (await made()).length > 0);
  await sleep(ANSWERED_MS);
}
