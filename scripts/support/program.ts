import { require } from "tsx/cjs/api";
import { CommandError } from "./command-error";

/** The program's modules that scripts use, by path without extension. */
interface Program {
  readonly "guards/key-files": typeof import("../../guards/key-files");
  readonly "modules/access/ssh-command": typeof import("../../modules/access/ssh-command");
  readonly "modules/containers/patience": typeof import("../../modules/containers/patience");
  readonly "modules/shell-word": typeof import("../../modules/shell-word");
  readonly "packer/generated-files": typeof import("../../packer/generated-files");
  readonly "packer/images": typeof import("../../packer/images");
  readonly "packer/template/hcl/write": typeof import("../../packer/template/hcl/write");
  readonly "packer/template/packer-template": typeof import("../../packer/template/packer-template");
  readonly "settings/documents/documents": typeof import("../../settings/documents/documents");
  readonly "settings/load/environment-variables": typeof import("../../settings/load/environment-variables");
  readonly "settings/typed-command": typeof import("../../settings/typed-command");
  readonly "settings/user-error": typeof import("../../settings/user-error");
  readonly "stacks/definitions": typeof import("../../stacks/definitions");
  readonly "stacks/names/containers": typeof import("../../stacks/names/containers");
  readonly "stacks/names/images": typeof import("../../stacks/names/images");
  readonly "stacks/names/machine": typeof import("../../stacks/names/machine");
  readonly "stacks/names/state-file": typeof import("../../stacks/names/state-file");
  readonly "stacks/settings": typeof import("../../stacks/settings");
}

/**
 * Loads a module of the program, which is CommonJS. An `import` would load it twice, and leave it without `__dirname`.
 */
export function program<File extends keyof Program>(file: File): Program[File] {
  return require(`../../${file}`, import.meta.url);
}

const { UserError } = program("settings/user-error");

/**
 * Calls the program, at once or by a promise.
 *
 * @throws CommandError with the program's sentence about wrong settings
 */
export function callProgram<Result>(call: () => Result): Result {
  const fail = (error: unknown): never => {
    throw error instanceof UserError ? new CommandError(error.message) : error;
  };
  try {
    const result = call();
    return result instanceof Promise ? (result.catch(fail) as Result) : result;
  } catch (error) {
    return fail(error);
  }
}
