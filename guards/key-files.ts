import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** More than any key that OpenSSH makes. */
const maxKeyBytes = 65_536;

const readLimitMs = 10_000;

/**
 * What is wrong with the public key file that a setting names, in one sentence; undefined for a good one. A missing file
 * is left to the plan, which says so too.
 */
export function publicKeyProblem(file: string): string | undefined {
  return problemIn("ssh.publicKeyFile", file, (path) => {
    // ssh-keygen also reads files that EC2 refuses: several keys, or options before the key.
    const [, type = ""] = /^(\S+) AAAA\S+( [^\r\n]*)?$/.exec(readFileSync(path, "utf8").trim()) ?? [];
    const { status } = sshKeygen("-l", "-f", path);
    const got = type !== "" && (status === 0 || status === null) ? type : "something else";
    if (["ssh-ed25519", "ssh-rsa"].includes(got)) return undefined;
    return `expected an OpenSSH public key of type ssh-ed25519 or ssh-rsa in ${file}, since EC2 takes no other, got ${got}; make one with ssh-keygen -t ed25519 and name its .pub file`;
  });
}

/** The same for a private key file, which Terraform logs in with. */
export function privateKeyProblem(file: string): string | undefined {
  return problemIn("ssh.privateKeyFile", file, (path) => {
    const mode = statSync(path).mode & 0o777;
    if (mode & 0o077) {
      const got = mode.toString(8).padStart(4, "0");
      return `expected ${file} to be readable by its owner alone (0600), got ${got}; run chmod 600 ${file}`;
    }
    const { status, stderr } = sshKeygen("-y", "-P", "", "-f", path);
    if (status === 0 || status === null) return undefined;
    if (stderr.includes("incorrect passphrase")) {
      return `expected a key without passphrase in ${file}, got one with a passphrase; load it with ssh-add and set ssh.privateKeyFile: null`;
    }
    return `expected a private key that OpenSSH reads in ${file}, got something else; name the file without .pub that ssh-keygen made`;
  });
}

/** Asks OpenSSH about a key. `status` is null where there is no ssh-keygen: then Terraform finds out. */
function sshKeygen(...args: string[]): { status: number | null; stderr: string } {
  return spawnSync("ssh-keygen", args, { encoding: "utf8", timeout: readLimitMs });
}

/** What `judge` finds in a key file, or that it cannot be read. */
function problemIn(setting: string, file: string, judge: (path: string) => string | undefined): string | undefined {
  const path = expand(file);
  try {
    const found = statSync(path);
    // Reading a device or a pipe may never end.
    if (!found.isFile() || found.size > maxKeyBytes) {
      const got = found.isFile() ? `one of ${found.size} bytes` : "no file of its own";
      throw new Error(`${got}, where a key has at most ${maxKeyBytes} bytes`);
    }
    const problem = judge(path);
    return problem && `${setting}: ${problem}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return `${setting}: expected to read the key file ${file}, got ${(error as Error).message}`;
  }
}

/** The path with `~/` and the project folder resolved, as Terraform's `pathexpand` resolves it. */
function expand(file: string): string {
  return file.startsWith("~/") ? join(homedir(), file.slice(2)) : resolve(join(__dirname, ".."), file);
}
