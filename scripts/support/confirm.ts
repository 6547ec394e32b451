import { createInterface } from "node:readline/promises";
import { CommandError, InterruptedError } from "./command-error";

/**
 * Asks a question that only `y` or `yes` answers with yes.
 *
 * @param nothingDone what an error says first, such as "nothing was retired"
 * @throws CommandError for every other answer, and without a terminal
 * @throws InterruptedError on Ctrl-C
 */
export async function confirm(question: string, nothingDone: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CommandError(`${nothingDone}: expected a terminal to confirm on, got none; pass --yes`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await new Promise<string>((resolve, reject) => {
    // Ctrl-C, or the end of input. The question then ends, too, or waits for ever.
    terminal.once("close", () => {
      process.stdout.write("\n");
      reject(new InterruptedError(nothingDone));
    });
    terminal.question(`${question} [y/N] `).then(resolve, () => undefined);
  });
  terminal.removeAllListeners("close");
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError(nothingDone);
}
