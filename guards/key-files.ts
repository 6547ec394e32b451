import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** More than any key that OpenSSH makes. */
const maxKeyBytes = 65_536;

/** The key files that settings name; those that are left out are not looked at. */
export interface KeyFiles {
  readonly publicKeyFile?: string;
  readonly privateKeyFile?: string | null;
}

/**
 * What is wrong with key files that exist. A missing one is no problem here: it matters to one stack only, whose plan
 * says so, and a review in a pull request has no keys at all.
 */
export function keyFileProblems({ publicKeyFile, privateKeyFile }: KeyFiles): string[] {
  return [
    ...(publicKeyFile === undefined ? [] : problemsIn(publicKeyFile, publicKeyProblems)),
    ...(typeof privateKeyFile !== "string" ? [] : problemsIn(privateKeyFile, privateKeyProblems)),
  ];
}

function publicKeyProblems(file: string, key: string): string[] {
  const got = unusableKeyType(key);
  if (!got) return [];
  return [
    `ssh.publicKeyFile: expected an OpenSSH public key of type ssh-ed25519 or ssh-rsa in ${file}, since EC2 takes no other, got ${got}; make one with ssh-keygen -t ed25519 and name its .pub file`,
  ];
}

function privateKeyProblems(file: string, key: string): string[] {
  const problems: string[] = [];
  const mode = statSync(expand(file)).mode & 0o777;
  if (mode & 0o077) {
    const got = mode.toString(8).padStart(4, "0");
    problems.push(
      `ssh.privateKeyFile: expected ${file} to be readable by its owner alone (0600), got ${got}; run chmod 600 ${file}`,
    );
  }
  if (isEncrypted(key)) {
    problems.push(
      `ssh.privateKeyFile: expected a key without passphrase in ${file}, got one with a passphrase; load it with ssh-add and set ssh.privateKeyFile: null`,
    );
  }
  return problems;
}

/** What EC2 would not take about a public key file: its type, or that it is no public key; undefined for a good one. */
function unusableKeyType(file: string): string | undefined {
  const [type = "", encoded = ""] = file.trim().split(/\s+/, 2);
  const blob = Buffer.from(encoded, "base64");
  // Every public key begins with its type, after four bytes for that word's length.
  const isKey = type !== "" && blob.subarray(4, 4 + type.length).toString() === type && !/[\r\n]/.test(file.trim());
  if (!isKey) return "something else";
  return ["ssh-ed25519", "ssh-rsa"].includes(type) ? undefined : type;
}

/** The path with `~/` and the project folder resolved, as Terraform's `pathexpand` will see it. */
function expand(file: string): string {
  return file.startsWith("~/") ? join(homedir(), file.slice(2)) : resolve(join(__dirname, ".."), file);
}

/** What `judge` finds in a key file, or that it cannot be read. */
function problemsIn(file: string, judge: (file: string, key: string) => string[]): string[] {
  const path = expand(file);
  try {
    const found = statSync(path);
    // A device or a pipe could go on for ever.
    if (!found.isFile() || found.size > maxKeyBytes) {
      const got = found.isFile() ? `one of ${found.size} bytes` : "no file of its own";
      throw new Error(`${got}, where a key has at most ${maxKeyBytes} bytes`);
    }
    return judge(file, readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    return [`ssh: expected to read the key file ${file}, got ${(error as Error).message}`];
  }
}

/** Whether a PEM private key needs a passphrase: PKCS says so in clear, OpenSSH names its cipher after a fixed header. */
function isEncrypted(pem: string): boolean {
  if (/ENCRYPTED/.test(pem)) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(pem)?.[1];
  if (!body) return false;
  const bytes = Buffer.from(body.replace(/\s/g, ""), "base64");
  const nameLength = bytes.length > 19 ? bytes.readUInt32BE(15) : 0;
  return bytes.subarray(19, 19 + nameLength).toString() !== "none";
}
