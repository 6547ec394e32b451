import { require } from "tsx/cjs/api";
import { CommandError } from "./command-error";

/**
 * Loads a module of the program, which is CommonJS: imported from a script it would be loaded twice over, and not know its own
 * folder.
 *
 * @param file relative to the project, without its extension
 */
export function program<Module>(file: string): Module {
  return require(`../../${file}`, import.meta.url);
}

const { UserError } = program<typeof import("../../settings/user-error")>("settings/user-error");

/**
 * Calls the program.
 *
 * @throws CommandError what the program says is wrong with the settings
 */
export function callProgram<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new CommandError(error.message);
  }
}
