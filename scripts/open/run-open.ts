import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "../../stacks/settings";
import type { LocalEndpoint } from "../aws/aws-calls";
import { InterruptedError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { runTask } from "../support/progress";
import { hasBrowser, openBrowser } from "./browser";
import { Connection } from "./connection";
import { Machines } from "./machines";
import { openMachine } from "./open";
import type { OpenRequest } from "./request";
import { openTarget } from "./target";

/** How often to look. */
const POLL_MS = 1_000;

/** How the command is called, of which the first line is for errors. */
export const OPEN_USAGE = `Opens JupyterLab on the development machine: starts the machine if it is stopped, holds an SSH tunnel, prints the address
with its token, and opens the browser where there is one. Ctrl-C closes the tunnel. The machine goes on.

usage: npm run open [-- --repl] [--no-browser] [--port PORT]
       --repl         the Clojure REPL in its place: prints its port, and writes .nrepl-port for editors into this folder
       --no-browser   only prints the address
       --port PORT    port of this computer, for when that of the service is taken

WORKBENCH_ENV=<environment> chooses the settings. On the local AWS: npm run local -- open [--repl] …
`;

/**
 * Runs `npm run open`.
 *
 * @param local the local AWS that has the machine. @default AWS itself, or AWS_ENDPOINT_URL
 * @returns the exit code
 */
export async function runOpen(settings: Settings, request: OpenRequest, local?: LocalEndpoint): Promise<number> {
  const target = openTarget(settings, local);
  const machines = await Machines.open(target);
  const connect = (args: readonly string[]) => Connection.begin(args);
  const browse = request.browser && hasBrowser(process.env) ? openBrowser : undefined;
  return openMachine({ target, machines, connect, now: Date.now, pause }, request, {
    step: runTask,
    print: (text) => process.stdout.write(`${text}\n`),
    warn: (sentence) => process.stderr.write(`note: ${sentence}\n`),
    ...(browse && { browse }),
    folder: process.env["INIT_CWD"] ?? process.cwd(),
  });
}

async function pause(): Promise<void> {
  if (!isInterrupted()) await sleep(POLL_MS);
  if (isInterrupted()) throw new InterruptedError("no tunnel is open");
}
