import { CommandError } from "./command-error";
import { handleInterrupts } from "./interrupt";
import { UsageRequest } from "./usage";

/**
 * Runs a command's main function and handles Ctrl-C. Prints a {@link CommandError} as one line on stderr, and a usage
 * that was asked for on stdout. The exit code is the function's result, the error's, or 0.
 */
export async function runCommand(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  handleInterrupts();
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (error instanceof UsageRequest) {
      process.stdout.write(`${error.usage.trimEnd()}\n`);
      return;
    }
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
