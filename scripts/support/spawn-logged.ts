import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { followFile } from "./follow-file";
import { logDirectory } from "./project";

/** Of a log: what a command prints is for its user alone. */
export const LOG_MODE = 0o600;

/** One child whose output goes to a log file. */
export interface Spawned {
  /** Used in messages ("apt-get install") and, in kebab case, for the log file's name. */
  readonly name: string;
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
  readonly child: ChildProcess;
  readonly log: string;
  /** Settles when the process has ended; processes that it left behind are not waited for. */
  readonly ended: Promise<Ending>;
}

/** Where the output of the step called `name` goes. */
export function logFileOf(name: string): string {
  const kebab = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return path.join(logDirectory, `${kebab.replace(/-$/, "")}.log`);
}

/**
 * Starts a child without stdin, in a session of its own, that writes to a log file: neither the terminal's Ctrl-C nor the
 * end of this process reaches it by itself, and whoever starts it says what should.
 */
export function spawnLogged({ name, file, args, cwd, env, onLine }: Spawned): RunningChild {
  const log = logFileOf(name);
  mkdirSync(path.dirname(log), { recursive: true });
  // A new file each time: whoever follows that of an earlier run, another command perhaps, keeps following his own. It takes the
  // name when it is there, since two commands may begin the same step at one moment.
  const fresh = `${log}.${process.pid}`;
  rmSync(fresh, { force: true });
  const output = openSync(fresh, "ax+", LOG_MODE);
  renameSync(fresh, log);
  const child = spawn(file, [...args], {
    cwd,
    env: env ?? process.env,
    stdio: ["ignore", output, output],
    detached: true,
  });
  const stopFollowing = onLine === undefined ? undefined : followFile(output, onLine);
  const ended = new Promise<Ending>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      resolve({ problem: error.code === "ENOENT" ? `${file} is not installed` : error.message }),
    );
    child.once("exit", (code, signal) =>
      resolve(code === null ? { problem: `${signal} ended it` } : { exitCode: code }),
    );
  });
  return {
    child,
    log,
    ended: ended.then((ending) => {
      stopFollowing?.();
      closeSync(output);
      return ending;
    }),
  };
}
