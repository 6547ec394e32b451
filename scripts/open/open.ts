import { constants } from "node:os";
import { CommandError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { logIn } from "./log-in";
import { NreplPortFile } from "./nrepl-port-file";
import type { OpenPlace, Show } from "./place";
import { requireFreePort } from "./port";
import type { Report } from "./report";
import type { OpenRequest } from "./request";
import { runningMachine } from "./running-machine";
import { type OpenTunnel, serviceAnswer } from "./service-answer";
import { type MachineService, serviceOf } from "./services";
import { whyLost } from "./what-became";

/** How `npm run open` talks to people. */
export interface OpenUi {
  /** Shows a line of progress while `work` runs. */
  readonly step: <Result>(
    title: string,
    work: (show: Show, retitle: (title: string) => void) => Promise<Result>,
  ) => Promise<Result>;
  readonly print: (text: string) => void;
  readonly warn: (sentence: string) => void;
  /** Opens an address in a browser. @default there is none */
  readonly browse?: (url: string) => Promise<void>;
  /** The caller's folder. */
  readonly folder: string;
}

/** Exit code of a shell after Ctrl-C, which is how the command ends. */
const CLOSED = 128 + constants.signals.SIGINT;

/**
 * Opens a tunnel to a service of the machine, and holds it until Ctrl-C.
 *
 * @returns the exit code
 * @throws CommandError one sentence that says what is wrong
 */
export async function openMachine(place: OpenPlace, request: OpenRequest, ui: OpenUi): Promise<number> {
  const service = serviceOf(request.what, place.target);
  const port = request.port ?? service.port;
  // First of all, since it is on this computer.
  await requireFreePort({ from: port, to: service.port }, service, place);
  const tunnel = await openTunnel(place, service, port, ui);
  try {
    const report = await ui.step(`${capital(service.name)}`, async (show, retitle) => {
      const answer = await serviceAnswer(tunnel, place, show);
      retitle(`${capital(service.name)}: it answers`);
      return answer;
    });
    const file = await tell(tunnel, report, request, ui);
    try {
      await tunnel.connection.ended;
    } finally {
      file?.remove();
    }
    if (!isInterrupted()) throw await whyLost(tunnel.machine.id, place);
    ui.print("The tunnel is closed.");
    return CLOSED;
  } finally {
    await tunnel.connection.close();
  }
}

async function openTunnel(place: OpenPlace, service: MachineService, port: number, ui: OpenUi): Promise<OpenTunnel> {
  const machine = await ui.step("Machine", async (show, retitle) => {
    const found = await runningMachine(place, show);
    const { id, address, wasStopped } = found;
    retitle(`Machine: ${id} at ${address}${wasStopped === undefined ? "" : `, started again: ${wasStopped}`}`);
    return found;
  });
  const { user } = place.target.ssh;
  const connection = await ui.step("Log in", async (show, retitle) => {
    const opened = await logIn(machine, service, { from: port, to: service.port }, place, show);
    retitle(`Log in: as ${user}`);
    return opened;
  });
  return { connection, machine, service, port };
}

/** Says where the service is. */
async function tell(
  { port, service }: OpenTunnel,
  { url }: Report,
  { what }: OpenRequest,
  ui: OpenUi,
): Promise<NreplPortFile | undefined> {
  if (what === "repl") {
    const file = await NreplPortFile.write(ui.folder, port);
    ui.print(`\nnREPL: 127.0.0.1:${port}\n${file.said}.\n\nCtrl-C closes the tunnel.`);
    return file;
  }
  const address = addressAt(url, port, service);
  ui.print(`\n${service.name}: ${address}\n\nCtrl-C closes the tunnel.`);
  try {
    await ui.browse?.(address);
  } catch (error) {
    ui.warn(`no browser was opened (${(error as Error).message}): open the address yourself`);
  }
  return undefined;
}

/** JupyterLab's address, as this computer reaches it. */
function addressAt(url: string, port: number, { name }: MachineService): string {
  if (!URL.canParse(url)) {
    throw new CommandError(`jupyter-url: expected the address of ${name} with its token, got "${url}"`);
  }
  const address = new URL(url);
  address.port = `${port}`;
  return address.href;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
