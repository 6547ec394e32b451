import { type ParseArgsConfig, parseArgs } from "node:util";
import { CommandError } from "./command-error";
import { UsageRequest, usageLine } from "./usage";

type OptionsConfig = NonNullable<ParseArgsConfig["options"]>;

/** Option values by name. An option that was not given and has no default is absent. */
type Values<Options extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options }>
>["values"];

/** The same, with those options that must be given. */
type WithRequired<Options extends OptionsConfig, Name extends PropertyKey> = Values<Options> & {
  readonly [Key in Name & keyof Values<Options>]-?: NonNullable<Values<Options>[Key]>;
};

const help = { type: "boolean", short: "h" } as const;

/** npm has an option of its own with this name, and a user's configuration may set it. */
const npmsOwn = ["yes"];

/**
 * Reads a command line of options only.
 *
 * @param options in the form of `parseArgs` of node:util
 * @param usage how the command is called; its line `usage: …` ends the error's sentence
 * @param required options that must be given
 * @param environment environment variables of this run. npm sets one for each option that it took for itself
 * @throws UsageRequest for `--help`
 * @throws CommandError with exit code 2 for a word, an unknown option, an option without its value, one that npm took,
 * and a required option that is missing
 */
export function readOptions<const Options extends OptionsConfig, const Name extends keyof Options & string = never>(
  args: readonly string[],
  options: Options,
  usage: string,
  required: readonly Name[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): WithRequired<Options, Name> {
  const { values } = readAll(args, options, usage, { allowPositionals: false, environment });
  const given = required.filter((name) => name in values);
  if (given.length < required.length) {
    const got = given.length === 0 ? "none" : `only ${typed(given)}`;
    throw new CommandError(`expected ${typed(required)}, got ${got}; ${usageLine(usage)}`, 2);
  }
  return values as WithRequired<Options, Name>;
}

/** Like {@link readOptions}, with words between the options, and no option that must be given. */
export function readOptionsAndWords<const Options extends OptionsConfig>(
  args: readonly string[],
  options: Options,
  usage: string,
  environment: NodeJS.ProcessEnv = process.env,
): { readonly values: Values<Options>; readonly words: readonly string[] } {
  return readAll(args, options, usage, { allowPositionals: true, environment });
}

function readAll<const Options extends OptionsConfig>(
  args: readonly string[],
  options: Options,
  usage: string,
  { allowPositionals, environment }: { readonly allowPositionals: boolean; readonly environment: NodeJS.ProcessEnv },
): { readonly values: Values<Options>; readonly words: readonly string[] } {
  refuseTaken(Object.keys(options), args, usage, environment);
  const { values, positionals } = parse(usage, () =>
    parseArgs({ args: [...args], options: { ...options, help }, allowPositionals }),
  );
  const { help: asked, ...given } = values as Values<Options> & { help?: boolean };
  if (asked) throw new UsageRequest(usage);
  return { values: given as Values<Options>, words: positionals };
}

/**
 * Reads a command line of words only.
 *
 * @param usage how the command is called; its line `usage: …` ends the error's sentence
 * @throws UsageRequest for `--help`
 * @throws CommandError with exit code 2 for an option
 */
export function readWords(args: readonly string[], usage: string): string[] {
  const { values, positionals } = parse(usage, () =>
    parseArgs({ args: [...args], options: { help }, allowPositionals: true }),
  );
  if (values.help) throw new UsageRequest(usage);
  return positionals;
}

/** Refuses a command line without `--`. npm then takes the options for itself, and passes their values as words. */
function refuseTaken(
  names: readonly string[],
  args: readonly string[],
  usage: string,
  environment: NodeJS.ProcessEnv,
): void {
  const taken = names
    .filter((name) => !npmsOwn.includes(name) && environment[`npm_config_${name}`])
    .filter((name) => !args.some((argument) => argument.split("=", 1)[0] === `--${name}`));
  if (taken.length === 0) return;
  const expected = `expected \`--\` before ${typed(taken)}, without which npm takes what follows`;
  throw new CommandError(`${expected}; ${usageLine(usage)}`, 2);
}

function typed(names: readonly string[]): string {
  return names.map((name) => `--${name}`).join(" and ");
}

function parse<Result>(usage: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_"))) throw error;
    // Node's further sentences explain how to pass positional arguments.
    const [problem = ""] = error.message.split(/\.\s/, 1);
    throw new CommandError(`${problem.charAt(0).toLowerCase()}${problem.slice(1)}; ${usageLine(usage)}`, 2);
  }
}
