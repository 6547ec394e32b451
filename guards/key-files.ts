import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileProblem } from "../settings/file-problem";

/** Larger than any key file that OpenSSH writes. */
const maxKeyBytes = 65_536;

const readLimitMs = 10_000;

/** The two files of a key. */
export interface KeyFiles {
  readonly publicKeyFile: string;
  readonly privateKeyFile: string;
}

/**
 * One sentence that says what is wrong with the public key file in the settings; undefined if nothing is. It ignores a
 * missing file, since the plan reports that.
 */
export function publicKeyProblem(file: string): string | undefined {
  return problemIn("ssh.publicKeyFile", file, (path) => {
    // ssh-keygen also reads files that EC2 refuses: several keys, or options before the key.
    const [, type = ""] = /^(\S+) AAAA\S+( [^\r\n]*)?$/.exec(readFileSync(path, "utf8").trim()) ?? [];
    const { status } = sshKeygen("-l", "-f", path);
    const got = type !== "" && (status === 0 || status === null) ? type : "something else";
    if (["ssh-ed25519", "ssh-rsa"].includes(got)) return undefined;
    return (
      `expected an OpenSSH public key of type ssh-ed25519 or ssh-rsa in ${file}, since EC2 takes no other, ` +
      `got ${got}; make one with ssh-keygen -t ed25519 and name its .pub file`
    );
  });
}

/** The same for the private key file that Terraform logs in with. */
export function privateKeyProblem(file: string): string | undefined {
  return problemIn("ssh.privateKeyFile", file, (path) => {
    const other = otherThanPrivateKey(readFileSync(path, "utf8"), file);
    if (other !== undefined) return other;
    const mode = statSync(path).mode & 0o777;
    if (mode & 0o077) {
      const got = mode.toString(8).padStart(4, "0");
      return `expected ${file} to be readable by its owner alone (0600), got ${got}; run chmod 600 ${file}`;
    }
    const { status, stderr } = sshKeygen("-y", "-P", "", "-f", path);
    if (status === 0 || status === null) return undefined;
    if (stderr.includes("incorrect passphrase")) {
      return (
        `expected a key without passphrase in ${file}, got one with a passphrase; ` +
        "load it with ssh-add and set ssh.privateKeyFile: null"
      );
    }
    return (
      `expected a private key that OpenSSH reads in ${file}, got something else; ` +
      "name the file without .pub that ssh-keygen made"
    );
  });
}

/** What is known to be no private key that Terraform reads; ssh-keygen accepts a public key, and so looks no further. */
function otherThanPrivateKey(text: string, file: string): string | undefined {
  const expected = `expected a private key in the format of OpenSSH or PEM in ${file}`;
  if (text.startsWith("PuTTY-User-Key-File")) {
    return (
      `${expected}, got PuTTY's format; convert it: puttygen ${file} -O private-openssh-new -o ` +
      `${file.replace(/\.ppk$/, "")}.key, and name that file`
    );
  }
  if (/^(ssh-|ecdsa-|sk-)\S+ AAAA/.test(text) || text.startsWith("---- BEGIN SSH2 PUBLIC KEY")) {
    return `${expected}, got a public key; name the file without .pub that ssh-keygen made`;
  }
  return undefined;
}

/** Says that two key files, both of which can be used, are not of one pair; undefined if they are. */
export function pairProblem({ publicKeyFile, privateKeyFile }: KeyFiles): string | undefined {
  const { status, stdout } = sshKeygen("-y", "-P", "", "-f", expandKeyFile(privateKeyFile));
  const wanted = keyIn(publicKeyFile);
  if (status !== 0 || wanted === undefined || withoutComment(stdout.trim()) === wanted) return undefined;
  return (
    `ssh.privateKeyFile: expected the private key of ${publicKeyFile} (ssh.publicKeyFile), which the machine gets, ` +
    `got that of another key in ${privateKeyFile}; name the two files of one key`
  );
}

/** The key in a public key file as `type base64`; undefined if the file cannot be read. */
export function keyIn(publicKeyFile: string): string | undefined {
  try {
    return withoutComment(readFileSync(expandKeyFile(publicKeyFile), "utf8").trim());
  } catch {
    return undefined;
  }
}

/** The first two words of a public key, as OpenSSH writes one. */
export function withoutComment(key: string): string {
  return key.split(" ", 2).join(" ");
}

/** Asks OpenSSH about a key. `status` is null if there is no ssh-keygen; Terraform then finds the problem itself. */
function sshKeygen(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync("ssh-keygen", args, { encoding: "utf8", timeout: readLimitMs });
}

/** The problem that `judge` finds in a key file, or the reason why the file cannot be read. */
function problemIn(setting: string, file: string, judge: (path: string) => string | undefined): string | undefined {
  const path = expandKeyFile(file);
  const cannotRead = (got: string, fix: string): string =>
    `${setting}: expected to read the key file ${file}, got ${got}; ${fix}`;
  const nameAnother = "name the file that ssh-keygen made";
  try {
    const got = notAKeyFile(path);
    if (got !== undefined) return cannotRead(got, nameAnother);
    const problem = judge(path);
    return problem && `${setting}: ${problem}`;
  } catch (error) {
    const got = fileProblem(error);
    if (got === undefined) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return cannotRead(got, got === "no permission" ? "make it readable for your user" : nameAnother);
  }
}

/** Says what a path leads to, unless a key can be in it. Reading a pipe or a device may never end. */
function notAKeyFile(path: string): string | undefined {
  const found = statSync(path);
  if (found.isDirectory()) return "a folder";
  if (!found.isFile()) return "a pipe or a device";
  if (found.size <= maxKeyBytes) return undefined;
  return `${found.size} bytes, more than the ${maxKeyBytes} that a key can have`;
}

/** Absolute path: expands `~/` as Terraform's `pathexpand` does, and resolves other paths from the project folder. */
export function expandKeyFile(file: string): string {
  return file.startsWith("~/") ? join(homedir(), file.slice(2)) : resolve(join(__dirname, ".."), file);
}
