import { writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { MACHINE, type SshLogin, sshConfig } from "../../../scripts/session/ssh-config";
import { temporaryFolder } from "../../temporary-folder";

const login: SshLogin = { address: "198.18.0.9", port: 2222, user: "admin", privateKeyFile: "/keys/id" };

test("one host with everything that a login needs", () => {
  expect(sshConfig(login)).toBe(`Host development-machine
  HostName 198.18.0.9
  Port 2222
  User admin
  IdentityFile "/keys/id"
  IdentitiesOnly yes
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  ConnectionAttempts 15
  LogLevel ERROR
`);
});

test("without a key file ssh offers the keys that it has by itself", () => {
  expect(sshConfig({ ...login, privateKeyFile: undefined })).not.toMatch(/Identit/);
});

describe("the path of a key may hold", () => {
  test.each([
    ["a space", "/my keys/id"],
    ["a number sign", "/#1/id"],
    ["a quote", "/it's/id"],
    ["a dollar sign", "/$HOME/id"],
  ])("%s", async (_what, privateKeyFile) => {
    const file = path.join(temporaryFolder("ssh-config-"), "config");
    writeFileSync(file, sshConfig({ ...login, privateKeyFile }));
    const { stdout } = await execa("ssh", ["-G", "-F", file, MACHINE]);
    expect(stdout.split("\n")).toContain(`identityfile ${privateKeyFile}`);
  });

  // `ssh -G` prints it as it is written; only a login expands it.
  test("a percent sign, which is written twice", () => {
    expect(sshConfig({ ...login, privateKeyFile: "/100%/id" })).toContain('IdentityFile "/100%%/id"\n');
  });
});

test.each([
  ["a double quote", '/a"b/id', '"/a\\"b/id"'],
  ["a backslash", "/a\\b/id", '"/a\\\\b/id"'],
  ["a line break", "/a\nb/id", '"/a\\nb/id"'],
  ["a variable", "/${HOME}/id", '"/${HOME}/id"'],
])("fails for the path of a key with %s", (_what, privateKeyFile, got) => {
  expect(() => sshConfig({ ...login, privateKeyFile })).toThrow(
    `expected a path of ssh's private key without ", \\, \${ and control characters, got ${got}: choose`,
  );
});

test.each(["", "198.18.0.9 -v", "%h", '"', "a\nProxyCommand reboot"])("fails for the address %j", (address) => {
  expect(() => sshConfig({ ...login, address })).toThrow(
    `expected a host name, an address or a user for ssh, got ${JSON.stringify(address)}`,
  );
});
