import { CommandError } from "./command-error";
import { handleInterrupts } from "./interrupt";

/**
 * Runs a command's main function and handles Ctrl-C. Prints a {@link CommandError} as one line on stderr. The exit code
 * is the function's result or the error's.
 */
export async function runCommand(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  handleInterrupts();
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
