import { CommandError } from "../support/command-error";

/** The machine's host name in {@link sshConfig}: `ssh -F <file> development-machine`. */
export const MACHINE = "development-machine";

/** How to log in to a machine. */
export interface SshLogin {
  /** IP address or DNS name. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Absolute path. @default the keys that ssh has by itself: its agent's, and those in ~/.ssh */
  readonly privateKeyFile?: string;
}

/**
 * The text of an ssh_config file with one host, a machine of the local AWS.
 *
 * @throws CommandError for a value that ssh_config cannot hold
 */
export function sshConfig({ address, port, user, privateKeyFile }: SshLogin): string {
  const key = privateKeyFile === undefined ? [] : [`IdentityFile ${fileName(privateKeyFile)}`, "IdentitiesOnly yes"];
  const options = [
    `HostName ${word(address)}`,
    `Port ${port}`,
    `User ${word(user)}`,
    ...key,
    // A new machine gets an old one's address and a host key of its own. It runs on this computer.
    "StrictHostKeyChecking no",
    "UserKnownHostsFile /dev/null",
    // A machine boots along with its local AWS. ssh tries once a second.
    "ConnectionAttempts 15",
    // Without this, ssh warns at every login that it added the host key.
    "LogLevel ERROR",
  ];
  return `Host ${MACHINE}\n${options.map((option) => `  ${option}\n`).join("")}`;
}

function word(value: string): string {
  if (/^[\w.:-]+$/.test(value)) return value;
  throw new CommandError(`expected a host name, an address or a user for ssh, got ${JSON.stringify(value)}`);
}

/** Quotes a path. ssh expands `%` and `${}` in it, and has no way to write `${` itself. */
function fileName(file: string): string {
  if (!/["\\\p{Cc}]|\$\{/u.test(file)) return `"${file.replaceAll("%", "%%")}"`;
  const expected = "a path of ssh's private key without \", \\, ${ and control characters";
  throw new CommandError(
    `expected ${expected}, got ${JSON.stringify(file)}: choose another folder with LOCAL_AWS_HOME`,
  );
}
