import { constants } from "node:os";
import { execa } from "execa";
import { CommandError } from "./command-error";
import { onInterrupt } from "./interrupt";

/** A shell's exit code for a program that it does not find. */
const NOT_FOUND = 127;

/** How {@link runInTerminal} runs a program. */
export interface TerminalOptions {
  /** Its whole environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * Hands the terminal to a program until it ends.
 *
 * @returns its exit code; 128 and the signal's number, as in a shell, when a signal ended it
 * @throws CommandError when there is no such program
 */
export async function runInTerminal(file: string, args: readonly string[], options: TerminalOptions): Promise<number> {
  // The program shares our terminal and process group, so Ctrl-C reaches it. Other signals reach only us: pass them on.
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
