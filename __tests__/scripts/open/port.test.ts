import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { requireFreePort } from "../../../scripts/open/port";
import { serviceOf } from "../../../scripts/open/services";
import { fakePlace } from "./fake-place";

let server: Server | undefined;
afterEach(() => server?.close());

async function takenPort(): Promise<number> {
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

const { place } = fakePlace();

test.each([
  ["notebook", "services.jupyterPort", "npm run local -- open --port"],
  ["repl", "services.nreplPort", "npm run local -- open --repl --port"],
] as const)("fails for a taken port of the %s, and gives another one", async (what, setting, command) => {
  const from = await takenPort();
  await expect(requireFreePort({ from, to: from }, serviceOf(what, place.target), place)).rejects.toThrow(
    new RegExp(`^${setting.replace(".", "\\.")}: .* got .*\\(pid ${process.pid}\\), .*: ${command} ${from + 1}$`),
  );
});

test("fails for a taken port of the command line, and writes `--` where npm wants it", async () => {
  const from = await takenPort();
  const commands = { ...place.target.commands, open: "npm run open" };
  const real = { target: { ...place.target, commands } };
  await expect(requireFreePort({ from, to: 20001 }, serviceOf("notebook", place.target), real)).rejects.toThrow(
    new RegExp(`^--port: .*: npm run open -- --port ${from + 1}$`),
  );
});

test("a free port is none of its business", async () => {
  const from = await takenPort();
  await new Promise((resolve) => server?.close(resolve));
  await requireFreePort({ from, to: from }, serviceOf("notebook", place.target), place);
});
