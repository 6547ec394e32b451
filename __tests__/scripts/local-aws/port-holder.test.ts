import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isPortTaken, portHolder } from "../../../scripts/local-aws/port-holder";
import { temporaryFolder } from "../../temporary-folder";

let server: Server;

async function listen(host: string): Promise<number> {
  server = createServer().listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function close(): Promise<void> {
  server.close();
  await once(server, "close");
}

describe("a port of 127.0.0.1 is taken", () => {
  test.each(["127.0.0.1", "0.0.0.0"])("while a program listens on %s", async (host) => {
    const port = await listen(host);
    expect(await isPortTaken(port)).toBe(true);
    await close();
  });

  test("no longer when that program is gone", async () => {
    const port = await listen("127.0.0.1");
    await close();
    expect(await isPortTaken(port)).toBe(false);
  });
});

describe("the program that listens is named from what the system's tool prints", () => {
  let bin: string;
  beforeEach(() => {
    bin = temporaryFolder("port-holder-");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  /** Has only these programs on the PATH; each prints a line. */
  function programs(platform: NodeJS.Platform, printed: Readonly<Record<string, string>>): void {
    vi.spyOn(process, "platform", "get").mockReturnValue(platform);
    vi.stubEnv("PATH", bin);
    for (const [name, line] of Object.entries(printed)) {
      writeFileSync(path.join(bin, name), `#!/bin/sh\necho '${line}'\n`);
      chmodSync(path.join(bin, name), 0o755);
    }
  }

  test.each([
    ["linux", "ss", 'LISTEN 0 511 127.0.0.1:4760 0.0.0.0:* users:(("node",pid=4711,fd=20))'],
    ["darwin", "lsof", "4711"],
  ] as const)("%s: %s", async (platform, tool, line) => {
    programs(platform, { [tool]: line, ps: "node server.js" });
    expect(await portHolder(4760)).toBe("node server.js (pid 4711)");
  });

  test("fails to name a program of another user", async () => {
    programs("linux", { ss: "LISTEN 0 511 127.0.0.1:4760 0.0.0.0:*" });
    expect(await portHolder(4760)).toBeUndefined();
  });

  test("fails to name any program where the tool is not installed", async () => {
    programs("linux", {});
    expect(await portHolder(4760)).toBe("an unknown program (ss could not be run)");
  });
});
