import { connect } from "node:net";
import type { OpenRequest } from "./request";
import type { OpenTarget } from "./target";

/** How long a service may take for one answer. */
const ANSWER_MS = 5_000;

/** A service of our image, which listens on the machine's loopback address. */
export interface MachineService {
  /** Its name, for messages. */
  readonly name: string;
  /** Its service of systemd. */
  readonly unit: string;
  /** Its port on the machine. */
  readonly port: number;
  /** The setting that gives the port. */
  readonly setting: string;
  /** The option of the command that asks for it, after a space. Empty for the notebook. */
  readonly option: string;
  /** Whether it answers through the tunnel. */
  readonly answers: (port: number) => Promise<boolean>;
}

/** The service that a command line asks for. */
export function serviceOf(what: OpenRequest["what"], { services }: Pick<OpenTarget, "services">): MachineService {
  if (what === "repl") {
    const { nreplPort: port } = services;
    const own = { name: "the Clojure REPL", unit: "workbench-nrepl", option: " --repl" };
    return { ...own, port, setting: "services.nreplPort", answers: nreplAnswers };
  }
  const { jupyterPort: port } = services;
  const own = { name: "JupyterLab", unit: "workbench-jupyter", option: "" };
  return { ...own, port, setting: "services.jupyterPort", answers: jupyterAnswers };
}

/** Jupyter Server says its version to anybody who may connect. */
async function jupyterAnswers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** nREPL's request `describe` in bencode. Every answer is a dictionary, which begins with `d`. */
const DESCRIBE = "d2:id1:12:op8:describee";

async function nreplAnswers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1").setTimeout(ANSWER_MS);
  try {
    return await new Promise<boolean>((resolve) => {
      socket
        .once("connect", () => socket.write(DESCRIBE))
        .once("data", (data) => resolve(data.toString().startsWith("d")))
        .on("error", () => resolve(false))
        // ssh accepts, and closes when nothing listens on the machine.
        .once("close", () => resolve(false))
        .once("timeout", () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}
