import { type ParseArgsConfig, parseArgs } from "node:util";
import { CommandError } from "./command-error";

type OptionsConfig = NonNullable<ParseArgsConfig["options"]>;

/** The values of options by their names; an option that was not given and has no default is absent. */
type Values<Options extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options }>
>["values"];

/**
 * Reads a command line that has options and nothing else.
 *
 * @param options as `parseArgs` of node:util wants them; none for a command that takes none
 * @param usage how the command is called; ends the sentence about what is wrong
 * @throws CommandError with exit code 2 for anything that is not an option, and for an option without the value that it needs
 */
export function readOptions<const Options extends OptionsConfig>(
  args: readonly string[],
  options: Options,
  usage: string,
): Values<Options> {
  return parse(usage, () => parseArgs({ args: [...args], options }).values);
}

/**
 * Reads a command line that has words and no options.
 *
 * @param usage how the command is called; ends the sentence about what is wrong
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
    // Further sentences explain how positional arguments would be given.
    const [problem = ""] = error.message.split(/\.\s/, 1);
    throw new CommandError(`${problem.charAt(0).toLowerCase()}${problem.slice(1)}; ${usage}`, 2);
  }
}
