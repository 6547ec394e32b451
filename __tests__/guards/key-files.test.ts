import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { keyFileProblems } from "../../guards/key-files";

const directory = mkdtempSync(join(tmpdir(), "keys-"));
const key = (name: string) => join(directory, name);

function makeKey(name: string, type: string, passphrase: string, ...options: string[]): void {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-f", key(name), ...options]);
}

beforeAll(() => {
  makeKey("good", "ed25519", "");
  makeKey("locked", "ed25519", "a passphrase");
  makeKey("locked-pem", "rsa", "a passphrase", "-m", "PEM");
  makeKey("rsa", "rsa", "");
  makeKey("ecdsa", "ecdsa", "");
});

const problems = (name: string) => keyFileProblems({ publicKeyFile: `${key(name)}.pub`, privateKeyFile: key(name) });

describe("keyFileProblems", () => {
  it("finds nothing wrong with a pair that only its owner can read", () => {
    expect(problems("good")).toEqual([]);
  });

  it("leaves missing files to the plan", () => {
    expect(problems("nowhere")).toEqual([]);
  });

  it("needs no private key with the SSH agent", () => {
    expect(keyFileProblems({ publicKeyFile: `${key("good")}.pub`, privateKeyFile: null })).toEqual([]);
  });

  it("fails for a private key that others can read", () => {
    chmodSync(key("good"), 0o644);
    expect(problems("good")).toEqual([
      `ssh.privateKeyFile: expected ${key("good")} to be readable by its owner alone (0600), got 0644; run chmod 600 ${key("good")}`,
    ]);
    chmodSync(key("good"), 0o600);
  });

  it.each(["locked", "locked-pem"])("fails for a private key with a passphrase: %s", (name) => {
    expect(problems(name)).toEqual([expect.stringContaining("got one with a passphrase; load it with ssh-add")]);
  });

  it("takes the other type that EC2 takes", () => {
    expect(problems("rsa")).toEqual([]);
  });

  it("fails for a type of key that EC2 does not take", () => {
    expect(problems("ecdsa")).toEqual([
      `ssh.publicKeyFile: expected an OpenSSH public key of type ssh-ed25519 or ssh-rsa in ${key("ecdsa.pub")}, since EC2 takes no other, got ecdsa-sha2-nistp256; make one with ssh-keygen -t ed25519 and name its .pub file`,
    ]);
  });

  it.each([
    ["nothing", ""],
    ["a certificate", "-----BEGIN CERTIFICATE-----"],
    ["a key whose type is not the one it says", "ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== me"],
    ["two keys", `${"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me\n".repeat(2)}`],
    ["options before the key", 'command="true" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me'],
  ])("fails for a public key file that holds %s", (_, text) => {
    writeFileSync(key("odd.pub"), text);
    expect(keyFileProblems({ publicKeyFile: key("odd.pub"), privateKeyFile: null })).toEqual([
      expect.stringMatching(/^ssh\.publicKeyFile: expected an OpenSSH public key .*odd\.pub, .*got something else/),
    ]);
  });

  it.each([
    ["a folder", () => directory],
    ["a device without end", () => "/dev/zero"],
    ["a path through a file", () => join(key("good"), "x")],
  ])("fails for %s", (_, file) => {
    expect(keyFileProblems({ publicKeyFile: key("good.pub"), privateKeyFile: file() })).toEqual([
      expect.stringContaining(`ssh: expected to read the key file ${file()}, got `),
    ]);
  });

  it("fails for a file that is too large for a key", () => {
    writeFileSync(key("large"), "x".repeat(70_000));
    expect(keyFileProblems({ publicKeyFile: key("large"), privateKeyFile: null })).toEqual([
      expect.stringContaining("got one of 70000 bytes, where a key has at most 65536 bytes"),
    ]);
  });
});
