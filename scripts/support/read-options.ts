import { type ParseArgsConfig, parseArgs } from "node:util";
import { CommandError } from "./command-error";

type OptionsConfig = NonNullable<ParseArgsConfig["options"]>;

/** Option values by name. An option that was not given and has no default is absent. */
type Values<Options extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options }>
>["values"];

/**
 * Reads a command line of options only.
 *
 * @param options in the form of `parseArgs` of node:util
 * @param usage how the command is called; ends the error's sentence
 * @throws CommandError with exit code 2 for a word, an unknown option, and an option without its value
 */
export function readOptions<const Options extends OptionsConfig>(
  args: readonly string[],
  options: Options,
  usage: string,
): Values<Options> {
  return parse(usage, () => parseArgs({ args: [...args], options }).values);
}

/**
 * Reads a command line of words only.
 *
 * @param usage how the command is called; ends the error's sentence
 * @throws CommandError with exit code 2 for an option
 */
export function readWords(args: readonly string[], usage: string): string[] {
  return parse(usage, () => parseArgs({ args: [...args], allowPositionals: true }).positionals);
}

function parse<Result>(usage: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_"))) throw error;
    // Node's further sentences explain how to pass positional arguments.
    const [problem = ""] = error.message.split(/\.\s/, 1);
    throw new CommandError(`${problem.charAt(0).toLowerCase()}${problem.slice(1)}; ${usage}`, 2);
  }
}
