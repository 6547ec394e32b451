import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { Connection } from "../../../scripts/open/connection";
import { temporaryFolder } from "../../temporary-folder";

/** A program in place of ssh. */
function program(text: string): string {
  const file = path.join(temporaryFolder("ssh-"), "ssh");
  writeFileSync(file, `#!/bin/bash\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

async function begin(text: string): Promise<Connection> {
  const opened = await Connection.begin([], program(text));
  if ("said" in opened) throw new Error(`expected a connection, got: ${opened.said}`);
  return opened;
}

test("it opens when the machine has reported, and each question gets an answer", async () => {
  const connection = await begin(
    'count=0; while read -r _; do ((++count)); echo "Said=$count"; echo "report ends"; done',
  );
  expect(await connection.ask()).toMatchObject({ said: "2" });
  expect(await connection.ask()).toMatchObject({ said: "3" });
  await connection.close();
});

test("it does not open when ssh ends before, and tells what ssh said", async () => {
  const said = "ssh: connect to host 203.0.113.7 port 22: Connection refused";
  expect(await Connection.begin([], program(`echo '${said}' >&2; exit 255`))).toEqual({ said: `${said}\n` });
  expect(await Connection.begin([], program("exit 255"))).toEqual({ said: "it ended with exit code 255" });
});

test("a question that gets no answer ends with the connection", async () => {
  const connection = await begin('read -r _; echo "report ends"; read -r _; echo "Broken pipe" >&2; exit 255');
  expect(await connection.ask()).toBeUndefined();
  expect(await connection.ended).toBe("Broken pipe\n");
  expect(await connection.ask()).toBeUndefined();
});

test("close ends ssh", async () => {
  const connection = await begin('read -r _; echo "Said=$$"; echo "report ends"; exec sleep 1000');
  await connection.close();
  expect(await connection.ended).toBe("it ended with SIGTERM");
});

test("ssh sees the end of its input when this process is gone", async () => {
  const mark = path.join(temporaryFolder("mark-"), "ended");
  const connection = await begin(`while read -r _; do echo "report ends"; done; : >${mark}`);
  // This process cannot end here, but its end of the pipe can.
  connection["ssh"].stdin.destroy();
  await vi.waitFor(() => expect(existsSync(mark)).toBe(true), { timeout: 60_000 });
});

test("fails when there is no ssh", async () => {
  await expect(Connection.begin([], "no-such-ssh")).rejects.toThrow(
    "no-such-ssh: no such command on the PATH; install the client of OpenSSH",
  );
});

test("fails when the machine takes the login and says nothing, and ends ssh", async () => {
  const mark = path.join(temporaryFolder("mark-"), "pid");
  const silent = program(`echo $$ >${mark}; exec sleep 1000`);
  await expect(Connection.begin([], silent, 200)).rejects.toThrow(
    "machine: expected it to answer within 0.2 s after ssh connected, got nothing; ",
  );
  expect(() => process.kill(Number(readFileSync(mark, "utf8")), 0)).toThrow("ESRCH");
});
