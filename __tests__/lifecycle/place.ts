import type { LocalAws } from "../../scripts/local-aws/environment";
import { type LocalSession, openLocalSession } from "../../scripts/local-aws/local-session";
import { isPortTaken } from "../../scripts/local-aws/port-holder";

/** The port of place 0; a place is a port of a local AWS with a network and ports for a tunnel. */
const FIRST_PORT = 4860;

/** The first of eleven places whose port is free: two runs of the tests get along on one computer. */
export async function freePlace(): Promise<{ port: number; network: string }> {
  for (let place = 4; place < 15; place++) {
    const port = FIRST_PORT + place;
    if (!(await isPortTaken(port))) return { port, network: `198.18.${16 * place}.0/20` };
  }
  throw new Error("expected a free port from 4864 to 4874, got none; end the local AWSs that hold them");
}

/** Starts a local AWS, or finds it running. */
export function openSession(localAws: LocalAws): Promise<LocalSession> {
  return openLocalSession({ ...process.env, ...localVariables(localAws) });
}

/** What tells a command which local AWS is meant. */
export function localVariables({ home, port, network }: LocalAws): NodeJS.ProcessEnv {
  return {
    WORKBENCH_ENV: "local",
    LOCAL_AWS_HOME: home,
    LOCAL_AWS_PORT: String(port),
    LOCAL_AWS_NETWORK: network,
  };
}

/** Ports of this computer for a tunnel, which belong to this local AWS alone. */
export function tunnelPortsOf({ port }: LocalAws): { nrepl: number; jupyter: number } {
  const nrepl = 20_000 + 10 * (port - FIRST_PORT);
  return { nrepl, jupyter: nrepl + 1 };
}
