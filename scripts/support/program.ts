import { require } from "tsx/cjs/api";
import { CommandError } from "./command-error";

/** The modules of the program that scripts use, by their path without extension. */
interface Program {
  readonly "packer/template/hcl/write": typeof import("../../packer/template/hcl/write");
  readonly "stacks/names/images": typeof import("../../stacks/names/images");
  readonly "packer/template/packer-template": typeof import("../../packer/template/packer-template");
  readonly "packer/images": typeof import("../../packer/images");
  readonly "settings/load/load": typeof import("../../settings/load/load");
  readonly "settings/user-error": typeof import("../../settings/user-error");
}

/**
 * Loads a module of the program, which is CommonJS: imported from a script it would be loaded twice over, and not know its own
 * folder.
 */
export function program<File extends keyof Program>(file: File): Program[File] {
  return require(`../../${file}`, import.meta.url);
}

const { UserError } = program("settings/user-error");

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
