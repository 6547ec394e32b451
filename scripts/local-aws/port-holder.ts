import { once } from "node:events";
import { createServer } from "node:net";
import { ask } from "../support/ask";

/** Is a port of 127.0.0.1 taken, so that no server can listen there? Holds the port for a moment when it is free. */
export async function isPortTaken(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen({ port, host: "127.0.0.1", exclusive: true }), "listening");
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EADDRINUSE";
  } finally {
    server.close();
  }
}

/** A local AWS's command line, which names its folder. */
const LOCAL_AWS = / -m local_aws serve --home (.+?) --port /;

/** Names the program that listens on a port: `node server.js (pid 4711)`; undefined when this user may not see it. */
export async function portHolder(port: number): Promise<string | undefined> {
  const [tool, ...args] =
    process.platform === "linux"
      ? (["ss", "-Hltnp", `sport = :${port}`] as const)
      : (["lsof", "-nPt", `-iTCP:${port}`, "-sTCP:LISTEN"] as const);
  const listener = await ask(tool, args, { timeoutSec: 5 });
  if (listener.exitCode === undefined) return `an unknown program (${tool} could not be run)`;
  // ss: … users:(("node",pid=4711,fd=20)); lsof: 4711
  const [, pid] = /(?:",pid=|^)(\d+)/.exec(listener.stdout) ?? [];
  if (pid === undefined) return undefined;
  const { stdout } = await ask("ps", ["-o", "args=", "-p", pid], { timeoutSec: 5 });
  const home = LOCAL_AWS.exec(stdout)?.[1];
  const command = home === undefined ? stdout.trim().slice(0, 80) : `the local AWS of ${home}`;
  return command === "" ? `pid ${pid}` : `${command} (pid ${pid})`;
}
