import { closeSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { execa, type Subprocess } from "execa";
import { followFile } from "./follow-file";
import { logDirectory } from "./project";

/** Mode of a log: only its user may read what a command printed. */
const LOG_MODE = 0o600;

/** A child whose output goes to a log file. */
export interface Spawned {
  /** Used in messages: "apt-get install". */
  readonly name: string;
  /** The log file. @default {@link logFileOf} the name */
  readonly log?: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The child's whole environment. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every line of output, at most a tenth of a second late. */
  readonly onLine?: (line: string) => void;
}

/** How a child ended. */
export interface Ending {
  /** Absent when a signal ended it, or it could not be started. */
  readonly exitCode?: number;
  /** Why there is no exit code, in words. */
  readonly problem?: string;
}

/** A child that runs. */
export interface RunningChild {
  readonly child: Pick<Subprocess, "pid" | "kill" | "unref">;
  readonly log: string;
  /** Settles when the process itself has ended. Does not wait for processes that it left behind. */
  readonly ended: Promise<Ending>;
}

/** The log file of the step called `name`, which is the file's name in kebab case. */
export function logFileOf(name: string): string {
  const kebab = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return path.join(logDirectory, `${kebab.replace(/-$/, "")}.log`);
}

/**
 * Starts a child without stdin that writes to a log file. The child gets a session of its own: the terminal's Ctrl-C
 * does not reach it, and it outlives this process. The caller decides when it is ended.
 */
export function spawnLogged({ name, log = logFileOf(name), file, args, cwd, env, onLine }: Spawned): RunningChild {
  const output = openLog(log);
  // execa takes any descriptor; its types name 1 to 9 only.
  const descriptor = output as 1;
  // The child gets the descriptor itself. With `file` or `lines`, execa would use a pipe. It would then wait for every
  // process that holds the pipe open, and the child would die of SIGPIPE when this process is killed.
  const child = execa(file, args, {
    cwd,
    env: env ?? process.env,
    extendEnv: false,
    stdin: "ignore",
    stdout: descriptor,
    stderr: descriptor,
    detached: true,
    forceKillAfterDelay: false,
    reject: false,
  });
  const stopFollowing = onLine && followFile(output, onLine);
  const ended = child.then(({ exitCode, signal, code, originalMessage }) => {
    stopFollowing?.();
    closeSync(output);
    if (exitCode !== undefined) return { exitCode };
    if (signal !== undefined) return { problem: `${signal} ended it` };
    return { problem: code === "ENOENT" ? `${file} is not installed` : originalMessage };
  });
  return { child, log, ended };
}

/** Opens a new log in place of the last run's. A command that still follows the old file keeps it. */
function openLog(log: string): number {
  mkdirSync(path.dirname(log), { recursive: true });
  // Two commands may begin the same step at once, so each makes a file of its own and renames it.
  const fresh = `${log}.${process.pid}`;
  rmSync(fresh, { force: true });
  const descriptor = openSync(fresh, "ax+", LOG_MODE);
  renameSync(fresh, log);
  return descriptor;
}
