import { createInterface } from "node:readline/promises";
import { CommandError } from "./command-error";

/**
 * Asks a question that only `y` or `yes` answers with yes.
 *
 * @param nothingDone what an error says first, such as "nothing was retired"
 * @throws CommandError for every other answer, and without a terminal
 */
export async function confirm(question: string, nothingDone: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CommandError(`${nothingDone}: expected a terminal to confirm on, got none; pass --yes`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError(nothingDone);
}
