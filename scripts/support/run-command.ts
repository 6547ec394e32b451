import { CommandError } from "./command-error";
import { handleInterrupts } from "./interrupt";

/**
 * Runs a command's main function: Ctrl-C is handled, an error meant for people is one line on stderr, and the exit code
 * is what the function returns or the error says.
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
