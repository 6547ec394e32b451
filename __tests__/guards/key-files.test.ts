import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { privateKeyProblem, publicKeyProblem } from "../../guards/key-files";
import { temporaryFolder } from "../temporary-folder";
import { unprivileged } from "../unprivileged";

const directory = temporaryFolder("keys-");
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

describe("publicKeyProblem", () => {
  it.each(["good", "rsa"])("finds nothing wrong with a type that EC2 takes: %s", (name) => {
    expect(publicKeyProblem(key(`${name}.pub`))).toBeUndefined();
  });

  it("leaves a missing file to the plan", () => {
    expect(publicKeyProblem(key("nowhere.pub"))).toBeUndefined();
  });

  it("fails for a type of key that EC2 does not take", () => {
    expect(publicKeyProblem(key("ecdsa.pub"))).toBe(
      `ssh.publicKeyFile: expected an OpenSSH public key of type ssh-ed25519 or ssh-rsa in ${key("ecdsa.pub")}, ` +
        "since EC2 takes no other, got ecdsa-sha2-nistp256; " +
        "make one with ssh-keygen -t ed25519 and name its .pub file",
    );
  });

  it.each([
    ["nothing", () => ""],
    ["a certificate", () => "-----BEGIN CERTIFICATE-----"],
    ["a key with another type than its label says", () => "ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== me"],
    ["two keys", () => readFileSync(key("good.pub"), "utf8").repeat(2)],
    ["options before the key", () => `command="true" ${readFileSync(key("good.pub"), "utf8")}`],
    ["a private key", () => readFileSync(key("good"), "utf8")],
  ])("fails for a file that holds %s", (_, text) => {
    writeFileSync(key("odd.pub"), text());
    expect(publicKeyProblem(key("odd.pub"))).toMatch(
      /^ssh\.publicKeyFile: expected an OpenSSH public key .*odd\.pub, .*got something else/,
    );
  });
});

describe("privateKeyProblem", () => {
  it.each(["good", "rsa", "ecdsa"])("finds nothing wrong with a key that only its owner can read: %s", (name) => {
    expect(privateKeyProblem(key(name))).toBeUndefined();
  });

  it("leaves a missing file to the plan", () => {
    expect(privateKeyProblem(key("nowhere"))).toBeUndefined();
  });

  it("fails for a key that others can read", () => {
    chmodSync(key("good"), 0o644);
    expect(privateKeyProblem(key("good"))).toBe(
      `ssh.privateKeyFile: expected ${key("good")} to be readable by its owner alone (0600), got 0644; ` +
        `run chmod 600 ${key("good")}`,
    );
    chmodSync(key("good"), 0o600);
  });

  it.each(["locked", "locked-pem"])("fails for a key with a passphrase: %s", (name) => {
    expect(privateKeyProblem(key(name))).toContain("got one with a passphrase; load it with ssh-add");
  });

  it("fails for a file that is not a private key", () => {
    writeFileSync(key("odd"), "a key", { mode: 0o600 });
    expect(privateKeyProblem(key("odd"))).toBe(
      `ssh.privateKeyFile: expected a private key that OpenSSH reads in ${key("odd")}, got something else; ` +
        "name the file without .pub that ssh-keygen made",
    );
  });

  it("fails for a public key, and for a key of PuTTY, and says what to do", () => {
    writeFileSync(key("rfc4716"), "---- BEGIN SSH2 PUBLIC KEY ----\n", { mode: 0o600 });
    writeFileSync(key("putty.ppk"), "PuTTY-User-Key-File-3: ssh-ed25519\n", { mode: 0o600 });
    const expected = (name: string) =>
      `ssh.privateKeyFile: expected a private key in the format of OpenSSH or PEM in ${key(name)}, got `;
    for (const name of ["good.pub", "ecdsa.pub", "rfc4716"]) {
      expect(privateKeyProblem(key(name))).toBe(
        `${expected(name)}a public key; name the file without .pub that ssh-keygen made`,
      );
    }
    expect(privateKeyProblem(key("putty.ppk"))).toBe(
      `${expected("putty.ppk")}PuTTY's format; convert it: puttygen ${key("putty.ppk")} -O private-openssh-new -o ` +
        `${key("putty")}.key, and name that file`,
    );
  });

  it.each([
    ["a folder", () => directory],
    ["a pipe or a device", () => "/dev/zero"],
    ["a path through something that is not a folder", () => join(key("good"), "x")],
  ])("fails for %s", (got, file) => {
    expect(privateKeyProblem(file())).toBe(
      `ssh.privateKeyFile: expected to read the key file ${file()}, got ${got}; name the file that ssh-keygen made`,
    );
  });

  it("fails for a folder that this user may not enter", () => {
    const closed = join(directory, "closed");
    mkdirSync(closed, { mode: 0o000 });
    expect(unprivileged(() => privateKeyProblem(join(closed, "key")))).toMatch(
      /, got no permission; make it readable for your user$/,
    );
  });

  it("fails for a file that is too large for a key", () => {
    writeFileSync(key("large"), "x".repeat(70_000), { mode: 0o600 });
    expect(privateKeyProblem(key("large"))).toContain(
      "got 70000 bytes, more than the 65536 that a key can have; name the file that ssh-keygen made",
    );
  });
});
