import { describe, expect, test } from "vitest";
import { logIn } from "../../../scripts/open/log-in";
import type { OpenConnection } from "../../../scripts/open/place";
import { serviceOf } from "../../../scripts/open/services";
import { fakePlace, running, type World, well } from "./fake-place";

const connection: OpenConnection = {
  ask: async () => well,
  ended: new Promise(() => undefined),
  close: async () => {},
};
const refused = { said: "ssh: connect to host 203.0.113.7 port 2222: Connection refused" };
const silence = { said: "ssh: connect to host 203.0.113.7 port 2222: Connection timed out" };

async function tryIn(world: World, machine = running) {
  const { place, done } = fakePlace(world);
  const shown: string[] = [];
  const opened = await logIn(
    machine,
    serviceOf("notebook", place.target),
    { from: 20001, to: 20001 },
    place,
    (progress) => shown.push(progress),
  ).catch((error: Error) => error.message);
  return { opened, shown, logins: done.filter((what) => what === "log in").length };
}

test("a machine that boots is tried again", async () => {
  const { opened, shown } = await tryIn({ logins: [silence, refused, connection] });
  expect(opened).toBe(connection);
  expect(shown).toEqual([
    "no answer: it boots, or your address is not among 198.18.0.0/15 (ssh.allowFrom)",
    `it boots: ${refused.said}`,
  ]);
});

describe("fails", () => {
  test("at once for a key that is not accepted", async () => {
    const { opened, logins } = await tryIn({ logins: [{ said: "admin@203.0.113.7: Permission denied (publickey)." }] });
    expect(opened).toMatch(/^ssh\.privateKeyFile: /);
    expect(logins).toBe(1);
  });

  test("at once when another program has taken the port meanwhile", async () => {
    const { opened } = await tryIn({ logins: [{ said: "bind [127.0.0.1]:20001: Address already in use" }] });
    expect(opened).toMatch(/^services\.jupyterPort: expected port 20001 of this computer to be free, got /);
  });

  test("soon for a machine that has run for long", async () => {
    const { opened, logins } = await tryIn({ logins: [refused] });
    expect(opened).toMatch(/^i-1: expected sshd at /);
    expect(logins).toBe(16);
  });

  test.each([
    ["that was started by the command", { ...running, wasStopped: "it shut itself down" }],
    ["that somebody started a moment ago", { ...running, startedAt: new Date(1_000_000_000) }],
  ])("after ssh.connectTimeoutSec for a machine %s", async (_, machine) => {
    const { logins } = await tryIn({ logins: [refused], settings: { SSH_CONNECT_TIMEOUT_SEC: "60" } }, machine);
    expect(logins).toBe(61);
  });
});
