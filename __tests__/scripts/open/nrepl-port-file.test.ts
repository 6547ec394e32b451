import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NreplPortFile } from "../../../scripts/open/nrepl-port-file";
import { temporaryFolder } from "../../temporary-folder";

let folder: string;
let file: string;
let server: Server | undefined;
beforeEach(() => {
  folder = temporaryFolder("nrepl-");
  file = path.join(folder, ".nrepl-port");
});
afterEach(() => server?.close());

async function takenPort(): Promise<number> {
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

test("it has the port alone, as editors want it, and goes at the end", async () => {
  const written = await NreplPortFile.write(folder, 20000);
  expect(readFileSync(file, "utf8")).toBe("20000");
  expect(written.said).toBe(`${file} names the port to editors`);
  written.remove();
  expect(existsSync(file)).toBe(false);
});

test("one of a run that was killed is taken over", async () => {
  writeFileSync(file, "20000");
  const written = await NreplPortFile.write(folder, 20000);
  expect(written.said).toBe(`${file} names the port to editors`);
  written.remove();
  expect(existsSync(file)).toBe(false);
});

test("one that names a port where nothing listens is replaced, and it says so", async () => {
  const port = await takenPort();
  await new Promise((resolve) => server?.close(resolve));
  writeFileSync(file, `${port}\n`);
  const written = await NreplPortFile.write(folder, 20000);
  expect(readFileSync(file, "utf8")).toBe("20000");
  expect(written.said).toBe(`${file} names the port to editors, in place of ${port}, where nothing listens`);
});

describe("fails to take what belongs to somebody else, and says so", () => {
  test("the file of another REPL, which stays", async () => {
    const port = await takenPort();
    writeFileSync(file, `${port}`);
    const written = await NreplPortFile.write(folder, 20000);
    expect(written.said).toBe(
      `${file} stays as it is, since it names ${port}, where another REPL listens; tell your editor the port`,
    );
    written.remove();
    expect(readFileSync(file, "utf8")).toBe(`${port}`);
  });

  test("a file that was written meanwhile, which stays", async () => {
    const written = await NreplPortFile.write(folder, 20000);
    writeFileSync(file, "5555");
    written.remove();
    expect(readFileSync(file, "utf8")).toBe("5555");
  });

  test("a folder that cannot be written", async () => {
    const { said } = await NreplPortFile.write(path.join(folder, "nowhere"), 20000);
    expect(said).toMatch(/\/nowhere\/\.nrepl-port cannot be written \(ENOENT\); tell your editor the port$/);
  });
});
