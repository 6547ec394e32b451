import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { noLogin } from "../../../scripts/open/no-login";
import { whyNoLogin } from "../../../scripts/open/why-no-login";
import { temporaryFolder } from "../../temporary-folder";
import { fakePlace, running, type World } from "./fake-place";

const sentence = async (said: string, world?: World, machine = running) =>
  (await noLogin({ said, why: whyNoLogin(said) }, machine, fakePlace(world).place)).message;

const silence = "ssh: connect to host 203.0.113.7 port 2222: Connection timed out";

describe("when nothing answers, it says who may connect", () => {
  test.each([
    [["203.0.113.1/32", "2001:db8::/32"], "only 203.0.113.1/32, 2001:db8::/32 may connect"],
    [[], "nobody may connect"],
  ])("%j", async (allowed, who) => {
    expect(await sentence(silence, { allowed })).toBe(
      `i-1: expected an answer at 203.0.113.7 port 2222, got none within 10 s; ${who}. If your own address is another ` +
        "one, add it to ssh.allowFrom and run `npm run local -- npx cdktf deploy ec2`.",
    );
  });
});

test("it names a private address as what it is", async () => {
  expect(await sentence(silence, {}, { ...running, address: "172.31.0.5", isPublic: false })).toMatch(
    /The address is private: without a VPN into its network, nothing reaches it\.$/,
  );
});

test("when the machine does not run any more, it says that", async () => {
  const stopped = { ...running, state: "stopped", why: "it shut itself down" };
  expect(await sentence(silence, { machines: [[stopped]] })).toBe(
    "i-1: expected the machine to run, got one that is stopped: it shut itself down; `npm run local -- open` starts it",
  );
});

test("when sshd does not run", async () => {
  expect(await sentence("ssh: connect to host 203.0.113.7 port 2222: Connection refused")).toBe(
    'i-1: expected sshd at 203.0.113.7 port 2222 (ssh.port), got "ssh: connect to host 203.0.113.7 port 2222: Connection ' +
      "refused\"; if it is only booting, run `npm run local -- open` again, or else look at the machine in EC2's console",
  );
});

describe("when the machine does not accept the key", () => {
  const denied = "admin@203.0.113.7: Permission denied (publickey).";

  test("a private key that is not there", async () => {
    expect(await sentence(denied, { settings: { SSH_PRIVATE_KEY_FILE: "/nowhere/id" } })).toBe(
      "ssh.privateKeyFile: expected a private key in /nowhere/id, got no such file; name the file of your key",
    );
  });

  test("a private key that others may read", async () => {
    const file = path.join(temporaryFolder("key-"), "id");
    writeFileSync(file, "-----BEGIN OPENSSH PRIVATE KEY-----\n", { mode: 0o644 });
    expect(await sentence(denied, { settings: { SSH_PRIVATE_KEY_FILE: file } })).toBe(
      `ssh.privateKeyFile: expected ${file} to be readable by its owner alone (0600), got 0644; run chmod 600 ${file}`,
    );
  });

  test("no private key in the settings", async () => {
    const settings = { SSH_PRIVATE_KEY_FILE: "", SSH_PUBLIC_KEY_FILE: "~/.ssh/id.pub" };
    expect(await sentence(denied, { settings })).toBe(
      "ssh.publicKeyFile: expected ssh to find a key that the machine accepts for admin, the one that ~/.ssh/id.pub " +
        '(ssh.publicKeyFile) was when the machine was made, got "admin@203.0.113.7: Permission denied (publickey)"; run ' +
        "ssh-add ~/.ssh/id, or set ssh.privateKeyFile. `npm run local -- npx cdktf deploy ec2` replaces the machine if " +
        "the key is another one now",
    );
  });
});

test("when the host key is another one", async () => {
  expect(await sentence("Host key verification failed.")).toMatch(
    /^i-1: expected the host key that ssh remembers in .*: ssh-keygen -R i-1 -f ~\/\.ssh\/known_hosts_workbench$/,
  );
});

test("whatever else ssh says", async () => {
  expect(await sentence("ssh: Could not resolve hostname jump: Name or service not known")).toBe(
    'ssh to 203.0.113.7 port 2222: expected a tunnel, got "ssh: Could not resolve hostname jump: Name or service not known"',
  );
});
