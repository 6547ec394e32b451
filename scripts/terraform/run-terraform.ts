import { availableParallelism, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted, onInterrupt } from "../support/interrupt";
import { shown } from "../support/project";
import { seeLog } from "../support/see-log";
import { spawnLogged } from "../support/spawn-logged";
import { parseEvent, type TerraformEvent } from "./events";
import { Failure } from "./failure";

/**
 * How long to wait with SIGINT after a resource was begun, in milliseconds. On SIGINT, a provider drops the requests
 * that it has sent. AWS still carries them out, and may make a resource that no state records. After this time, AWS has
 * answered the first request. On a busy computer, the wait is longer: times the number of programs per processor.
 */
const QUIET_MS = 2_000;
/** Limit of that wait, for resources that begin one after the other. It is multiplied in the same way. */
const QUIET_LIMIT_MS = 10_000;

/** One stack as it was synthesized, and how to call Terraform for it. */
export interface SynthesizedStack {
  readonly name: string;
  /** Folder with its cdk.tf.json; Terraform's working directory. */
  readonly directory: string;
  /** The whole environment of Terraform. */
  readonly environment: NodeJS.ProcessEnv;
}

/** One call of Terraform. */
export interface TerraformCall {
  readonly args: readonly string[];
  readonly timeoutSec: number;
  /** Called with every event as it happens. */
  readonly onEvent?: (event: TerraformEvent) => void;
  /** Called when Terraform is asked to stop, with a sentence that says so and that it still has to finish. */
  readonly onStopping?: (words: string) => void;
}

/**
 * Runs one Terraform command with `-json` to its end.
 *
 * Terraform runs in a session of its own and writes to a file. So neither a closed terminal nor the end of this process
 * stops it half-way. Ctrl-C sends it one SIGINT, in a quiet moment: Terraform then finishes what it is doing and saves
 * its state. It never gets a second SIGINT, which would make it lose the resources that it has just made.
 *
 * @throws CommandError one sentence made of Terraform's first error
 * @throws InterruptedError when it ended because of Ctrl-C
 */
export async function runTerraform(stack: SynthesizedStack, call: TerraformCall): Promise<void> {
  const [verb = ""] = call.args;
  if (isInterrupted()) throw new InterruptedError(`stack ${stack.name} was not begun; run the command again to go on`);
  const failure = new Failure();
  let begunAt = 0;
  const { child, log, ended } = spawnLogged({
    name: `terraform ${stack.name} ${verb}`,
    file: "terraform",
    args: call.args,
    cwd: stack.directory,
    env: stack.environment,
    onLine: (line) => {
      const event = parseEvent(line);
      failure.follow(line, event);
      if (event?.type === "apply_start") begunAt = Date.now();
      if (event) call.onEvent?.(event);
    },
  });
  let stopping: "interrupted" | "late" | undefined;
  const askToStop = (why: "interrupted" | "late", words: string): void => {
    if (stopping === undefined) void whenQuiet(() => begunAt).then(() => child.kill("SIGINT"));
    stopping ??= why;
    call.onStopping?.(`${words}; Terraform (pid ${child.pid}) is finishing what it is doing and saving its state`);
  };
  const forget = onInterrupt(() => askToStop("interrupted", "stopping"));
  const timer = setTimeout(() => askToStop("late", `not done within ${call.timeoutSec} s`), call.timeoutSec * 1000);
  const { exitCode, problem } = await ended;
  clearTimeout(timer);
  forget();
  if (exitCode === 0) return;
  if (stopping === "interrupted") {
    throw new InterruptedError(`stack ${stack.name}: Terraform saved what it had done; run the command again to go on`);
  }
  const late = stopping === "late" ? `did not end within ${call.timeoutSec} s: ` : "";
  const words = problem ?? failure.sentence();
  throw new CommandError(seeLog(`stack ${stack.name}: terraform ${verb} failed: ${late}${words}`, shown(log)));
}

/** Settles when nothing has begun for a while, or after the limit. */
async function whenQuiet(begunAt: () => number): Promise<void> {
  const busy = Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
  const limit = Date.now() + QUIET_LIMIT_MS * busy;
  while (Date.now() < Math.min(begunAt() + QUIET_MS * busy, limit)) await sleep(100);
}
