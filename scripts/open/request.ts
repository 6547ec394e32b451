import { CommandError } from "../support/command-error";
import { readOptions } from "../support/read-options";

/** What a command line asks for. */
export interface OpenRequest {
  /** What to open a tunnel to. */
  readonly what: "notebook" | "repl";
  /** Whether to open a browser where there is one. */
  readonly browser: boolean;
  /** Port of this computer. @default the port of the service on the machine */
  readonly port?: number;
}

const options = {
  repl: { type: "boolean", default: false },
  "no-browser": { type: "boolean", default: false },
  port: { type: "string" },
} as const;

/**
 * Reads the command line.
 *
 * @param environment npm's own `--no-browser`, and `browser=false` in an .npmrc, say the same as ours
 * @throws UsageRequest for `--help`
 * @throws CommandError one sentence, with exit code 2
 */
export function readRequest(
  args: readonly string[],
  usage: string,
  environment: NodeJS.ProcessEnv = process.env,
): OpenRequest {
  const { repl, "no-browser": noBrowser, port } = readOptions(args, options, usage, [], environment);
  const browser = !noBrowser && environment["npm_config_browser"] !== "";
  return { what: repl ? "repl" : "notebook", browser, ...(port !== undefined && { port: portOf(port) }) };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{4,5}$/.test(text) && port >= 1024 && port <= 65535) return port;
  throw new CommandError(`--port: expected a port of this computer from 1024 to 65535, got "${text}"`, 2);
}
