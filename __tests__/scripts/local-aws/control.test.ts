import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanLocalAws, startLocalAws, stopLocalAws } from "../../../scripts/local-aws/control";
import { findRunning } from "../../../scripts/local-aws/find-local-aws";
import { proofOf } from "../../../scripts/local-aws/health";
import { serverProgram } from "../../../scripts/session/server-program";
import { temporaryFolder } from "../../temporary-folder";

const key = { accessKeyId: "LOCALAWSKEY", secretAccessKey: "secret" };
let home: string;
let server: Server;

/** Listens on a free port. Answers every request with JSON: `answer`, and the proof that it knows the secret. */
async function listen(answer: object, secretAccessKey = key.secretAccessKey): Promise<number> {
  server = createServer(({ headers }, response) => {
    const proof = proofOf({ ...key, secretAccessKey }, headers.authorization ?? "");
    response.end(JSON.stringify({ ...answer, proof }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

beforeEach(() => {
  home = temporaryFolder("control-");
  writeFileSync(path.join(home, "credentials"), "aws_access_key_id = LOCALAWSKEY\naws_secret_access_key = secret\n");
  server = createServer();
});
afterEach(() => server.close());

const health = (more: object) => ({
  ready: true,
  pid: 1,
  home,
  network: "198.18.0.0/20",
  machines: true,
  missing: [],
  ...more,
});

describe("a running local AWS", () => {
  test("is found on the port that it announced, and used as it is", async () => {
    const port = await listen(health({}));
    writeFileSync(path.join(home, "server.json"), JSON.stringify({ pid: 1, port, network: "198.18.0.0/20" }));
    const localAws = { home, port: 1, network: "" };
    expect(await findRunning(localAws)).toMatchObject({ port, network: "198.18.0.0/20", key });
    expect(await startLocalAws(localAws, serverProgram(localAws), { baseImage: "/base" })).toMatchObject({ port });
  });

  test("with another home is not ours", async () => {
    const port = await listen(health({ home: "/elsewhere" }));
    expect(await findRunning({ home, port, network: "" })).toBeUndefined();
  });

  test("is not a program that claims to be one, but lacks its secret", async () => {
    const port = await listen(health({}), "guessed");
    expect(await findRunning({ home, port, network: "" })).toBeUndefined();
  });

  test("is absent: stopping does nothing", async () => {
    expect(await stopLocalAws({ home, port: 1, network: "" })).toBe(false);
  });
});

describe("a port that is taken", () => {
  test("fails with one sentence that names the other local AWS", async () => {
    const port = await listen({});
    await new Promise((resolve) => server.close(resolve));
    const listening = `require("http").createServer((_, answer) => answer.end()).listen(${port}, "127.0.0.1", () => console.log("listens"))`;
    const commandLine = ["-m", "local_aws", "serve", "--home", "/else where", "--port", String(port)];
    const other = execa(process.execPath, ["-e", listening, "--", ...commandLine], { reject: false });
    try {
      await once(other.stdout, "data");
      await expect(
        startLocalAws({ home, port, network: "" }, serverProgram({ home, port, network: "" })),
      ).rejects.toThrow(
        `port ${port} on 127.0.0.1 is taken by the local AWS of /else where (pid ${other.pid}): end that, or use one with another home, port and network`,
      );
    } finally {
      other.kill();
      await other;
    }
  });

  test("fails with one sentence that names the other program", async () => {
    const port = await listen({ something: "else" }, "guessed");
    await expect(
      startLocalAws({ home, port, network: "" }, serverProgram({ home, port, network: "" })),
    ).rejects.toThrow(new RegExp(`^port ${port} on 127\\.0\\.0\\.1 is taken by .*\\(pid ${process.pid}\\): end that`));
  });
});

test("a clean removes nothing from a folder that never held a local AWS", async () => {
  mkdirSync(path.join(home, "state"));
  writeFileSync(path.join(home, "thesis.tex"), "");
  await cleanLocalAws({ home, port: 1, network: "" }, serverProgram({ home, port: 1, network: "" }));
  expect(readdirSync(home).sort()).toEqual(["credentials", "state", "thesis.tex"]);
});
