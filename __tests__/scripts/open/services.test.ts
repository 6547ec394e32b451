import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { serviceOf } from "../../../scripts/open/services";

let server: Server | undefined;
afterEach(() => server?.close());

async function listening(made: Server): Promise<number> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return (made.address() as { port: number }).port;
}

const services = { nreplPort: 20000, jupyterPort: 20001 };
const jupyter = serviceOf("notebook", { services });
const nrepl = serviceOf("repl", { services });

test("each has its port and its service of systemd", () => {
  expect([jupyter.port, jupyter.unit]).toEqual([20001, "workbench-jupyter"]);
  expect([nrepl.port, nrepl.unit]).toEqual([20000, "workbench-nrepl"]);
});

describe("JupyterLab", () => {
  test.each([
    ["answers at /api", 200, true],
    ["does not answer while it fails", 503, false],
  ])("%s", async (_, status, answers) => {
    const made = createHttpServer((request, response) => {
      response.writeHead(request.url === "/api" ? status : 404).end("{}");
    });
    expect(await jupyter.answers(await listening(made))).toBe(answers);
  });
});

describe("nREPL", () => {
  const speaking = (speak: (socket: Socket, data: string) => void) =>
    listening(
      createServer((socket) => {
        socket.on("error", () => undefined).on("data", (data) => speak(socket, data.toString()));
      }),
    );

  test("answers what it is", async () => {
    const port = await speaking((socket, data) => socket.write(data === "d2:id1:12:op8:describee" ? "d6:st" : "no"));
    expect(await nrepl.answers(port)).toBe(true);
  });

  test("does not answer when it says something else", async () => {
    expect(await nrepl.answers(await speaking((socket) => socket.write("HTTP/1.1 400 Bad Request")))).toBe(false);
  });

  test("does not answer when ssh closes, since nothing listens on the machine", async () => {
    expect(await nrepl.answers(await listening(createServer((socket) => socket.destroy())))).toBe(false);
  });
});

test.each([jupyter, nrepl])("$name does not answer when nothing listens", async ({ answers }) => {
  const port = await listening(createServer());
  await new Promise((resolve) => server?.close(resolve));
  expect(await answers(port)).toBe(false);
});
