import { constants } from "node:os";
import { execa } from "execa";
import { CommandError } from "./command-error";
import { onInterrupt } from "./interrupt";

/** What shells answer when they find no such program. */
const NOT_FOUND = 127;

/** Where a program runs, and with what. */
export interface TerminalOptions {
  /** Its whole environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * Hands the terminal to a program until it ends.
 *
 * @returns its exit code; as a shell says it, 128 and the signal's number, where a signal ended it
 * @throws CommandError when there is no such program
 */
export async function runInTerminal(file: string, args: readonly string[], options: TerminalOptions): Promise<number> {
  // It shares our terminal and process group, so Ctrl-C reaches it by itself; a signal meant for us alone is passed on.
  const child = execa(file, args, {
    ...options,
    extendEnv: false,
    stdio: "inherit",
    reject: false,
    cleanup: true,
    forceKillAfterDelay: false,
  });
  const forget = onInterrupt((signal) => {
    if (signal !== "SIGINT") child.kill(signal);
  });
  const result = await child;
  forget();
  if (result.code === "ENOENT") throw new CommandError(`${file}: no such command on the PATH`, NOT_FOUND);
  return result.signal === undefined ? (result.exitCode ?? 1) : 128 + constants.signals[result.signal];
}
