import { stripVTControlCharacters } from "node:util";
import { CommandError, InterruptedError } from "./command-error";
import { isInterrupted, onInterrupt } from "./interrupt";
import { shown } from "./project";
import { seeLog } from "./see-log";
import { type Spawned, spawnLogged } from "./spawn-logged";

/** Time between SIGTERM and SIGKILL, in milliseconds. */
const GRACE_MS = 10_000;

/** The child reached its time limit and was ended. */
export class TimeLimitError extends CommandError {}

/** How {@link runLogged} runs a child. */
export interface LoggedCommand extends Spawned {
  readonly timeoutSec: number;
  /** Exit codes that are no failure. @default [0] */
  readonly allowedExitCodes?: readonly number[] | "any";
  /** Ignores Ctrl-C: for clean-up. @default false */
  readonly uninterruptible?: boolean;
}

/** The last line of a text that is not blank, without colours; undefined when there is none. */
export function lastLineOf(text: string): string | undefined {
  const lines = stripVTControlCharacters(text).split(/[\r\n]+/);
  return lines.map((line) => line.trim()).findLast((line) => line !== "");
}

/**
 * Runs a child to its end, without stdin, with its output in a log file. Its whole process group is ended at the time
 * limit, on Ctrl-C, and when this process ends.
 *
 * @returns the exit code, one of `allowedExitCodes`
 * @throws TimeLimitError, InterruptedError
 * @throws CommandError naming the step, the log's last line and the log file when it fails or is missing
 */
export async function runLogged(command: LoggedCommand): Promise<number> {
  const { name, timeoutSec, allowedExitCodes = [0], uninterruptible = false } = command;
  const interrupted = (): boolean => !uninterruptible && isInterrupted();
  if (interrupted()) throw new InterruptedError(`${name} was not begun`);
  let lastLine: string | undefined;
  const onLine = (line: string): void => {
    lastLine = lastLineOf(line) ?? lastLine;
    command.onLine?.(line);
  };
  const { child, log, ended } = spawnLogged({ ...command, onLine });
  let late = false;
  const end = (): void => endProcessGroup(child.pid);
  const timer = setTimeout(() => {
    late = true;
    end();
  }, timeoutSec * 1000);
  const forget = uninterruptible ? () => undefined : onInterrupt(end);
  process.once("exit", end);
  const { exitCode, problem } = await ended;
  clearTimeout(timer);
  forget();
  process.removeListener("exit", end);
  if (interrupted()) throw new InterruptedError(`${name} was ended`);
  if (late) throw new TimeLimitError(`${name} did not end within ${timeoutSec} s; see ${shown(log)}`);
  if (exitCode !== undefined && (allowedExitCodes === "any" || allowedExitCodes.includes(exitCode))) return exitCode;
  const words = problem ?? lastLine ?? `exit code ${exitCode}`;
  throw new CommandError(seeLog(`${name} failed: ${words}`, shown(log)));
}

/**
 * Sends SIGTERM to a whole process group, and SIGKILL after a grace period. execa's `timeout` and `cancelSignal` end
 * only the child. The processes that it started would go on.
 */
function endProcessGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group has ended already.
    }
  };
  send("SIGTERM");
  setTimeout(() => send("SIGKILL"), GRACE_MS).unref();
}
