import { readdirSync, readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { type OpenUi, openMachine } from "../../../scripts/open/open";
import type { OpenConnection } from "../../../scripts/open/place";
import type { Report } from "../../../scripts/open/report";
import { temporaryFolder } from "../../temporary-folder";
import { fakePlace, running, well } from "./fake-place";

let server: Server | undefined;
afterEach(() => server?.close());

/** The service, as if it were at this end of a tunnel. Returns its port. */
async function serving(made: Server): Promise<number> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return (made.address() as { port: number }).port;
}

/** A port that is free until the connection opens. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Opens a service, until the machine ends the connection. */
async function open(
  what: "notebook" | "repl",
  make: () => Server,
  report: Partial<Report> = {},
  ui: Partial<OpenUi> = {},
) {
  const port = await freePort();
  const printed: string[] = [];
  const folder = temporaryFolder("open-");
  let isClosed = false;
  let end: (said: string) => void = () => undefined;
  const connection: OpenConnection = {
    ask: async () => ({ ...well, ...report }),
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    close: async () => {
      isClosed = true;
    },
  };
  const { place } = fakePlace({ machines: [[running], [{ ...running, state: "stopping" }]] });
  const connect = async () => {
    server = make().listen(port, "127.0.0.1");
    return connection;
  };
  let files: Record<string, string> = {};
  const print = (text: string) => {
    printed.push(text);
    files = Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), "utf8")]),
    );
    // The machine ends the connection as soon as everything is said.
    setImmediate(() => end("Connection to 203.0.113.7 closed by remote host."));
  };
  const ended = await openMachine(
    { ...place, connect },
    { what, browser: true, port },
    {
      step: (_, work) =>
        work(
          () => undefined,
          (title) => printed.push(title),
        ),
      print,
      warn: (sentence) => printed.push(sentence),
      folder,
      ...ui,
    },
  ).catch((error: Error) => error.message);
  return { port, printed, folder, files, ended, isClosed };
}

const jupyter = () => createHttpServer((_, response) => response.end("{}"));
const nrepl = () => createServer((socket) => socket.on("data", () => socket.write("d")).on("error", () => undefined));

test("it says the address with this computer's port, opens it, and ends with the state of the machine", async () => {
  const browsed: string[] = [];
  const browse = async (url: string) => {
    browsed.push(url);
  };
  const { port, printed, ended, isClosed } = await open("notebook", jupyter, {}, { browse });
  const address = `http://127.0.0.1:${port}/lab?token=abc`;
  expect(printed).toEqual([
    "Machine: i-1 at 203.0.113.7",
    "Log in: as admin",
    "JupyterLab: it answers",
    `\nJupyterLab: ${address}\n\nCtrl-C closes the tunnel.`,
  ]);
  expect(browsed).toEqual([address]);
  expect(ended).toBe("i-1: expected the machine to run, got one that is stopping; `npm run local -- open` starts it");
  expect(isClosed).toBe(true);
});

test("a browser that does not open is no reason to end", async () => {
  const browse = () => Promise.reject(new Error("spawn xdg-open ENOENT"));
  const { printed } = await open("notebook", jupyter, {}, { browse });
  expect(printed.at(-1)).toBe("no browser was opened (spawn xdg-open ENOENT): open the address yourself");
});

test("a REPL has its port in a file while the tunnel is open, and not after", async () => {
  const { port, printed, folder, files } = await open("repl", nrepl, { url: "" });
  const file = path.join(folder, ".nrepl-port");
  expect(printed.at(-1)).toBe(
    `\nnREPL: 127.0.0.1:${port}\n${file} names the port to editors.\n\nCtrl-C closes the tunnel.`,
  );
  expect(files).toEqual({ ".nrepl-port": `${port}` });
  expect(readdirSync(folder)).toEqual([]);
});

test("fails when the machine does not say JupyterLab's address, and closes", async () => {
  const { ended, isClosed } = await open("notebook", jupyter, { url: "" });
  expect(ended).toBe('jupyter-url: expected the address of JupyterLab with its token, got ""');
  expect(isClosed).toBe(true);
});

test("fails for a port that is taken, before it looks at the machine", async () => {
  const port = await serving(createServer());
  const { place, done } = fakePlace({ machines: [[{ ...running, state: "stopped" }]] });
  const ui = { step: () => expect.unreachable(), print: () => undefined, warn: () => undefined, folder: "" };
  await expect(openMachine(place, { what: "notebook", browser: false, port }, ui)).rejects.toThrow(
    /^--port: expected /,
  );
  expect(done).toEqual([]);
});
