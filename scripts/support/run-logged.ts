import { CommandError, InterruptedError } from "./command-error";
import { isInterrupted, onInterrupt } from "./interrupt";
import { shown } from "./project";
import { type Spawned, spawnLogged } from "./spawn-logged";

/** How long a child that was asked to end (SIGTERM) may take before it is killed, in milliseconds. */
const GRACE_MS = 10_000;

/** A child that did not end in time, and was ended. */
export class TimeLimitError extends CommandError {}

/** What {@link runLogged} needs to know about one child. */
export interface LoggedCommand extends Spawned {
  readonly timeoutSec: number;
  /** Exit codes that are no failure. @default [0] */
  readonly allowedExitCodes?: readonly number[] | "any";
  /** Runs and ends whether or not Ctrl-C was pressed: for cleaning up. @default false */
  readonly uninterruptible?: boolean;
}

/** The last line of a text that says something, without colours; undefined when there is none. */
export function lastLineOf(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colour sequences start with one
  const plain = text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "");
  const lines = plain.split(/[\r\n]+/).map((line) => line.trim());
  return lines.filter((line) => line !== "").at(-1);
}

/**
 * Runs one child to its end with its output in a log file, no stdin, and a time limit. Ctrl-C ends it and everything in its
 * process group; so does the end of this process.
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
  throw new CommandError(`${name} failed: ${problem ?? lastLine ?? `exit code ${exitCode}`}; see ${shown(log)}`);
}

/** Asks a whole process group to end, and kills it when it has not after a grace period. */
function endProcessGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // It is gone already, which is what was wanted.
    }
  };
  send("SIGTERM");
  setTimeout(() => send("SIGKILL"), GRACE_MS).unref();
}
