import { shellWord } from "../shell-word";

/** How to reach a machine with the ssh client. */
export interface SshCommandProps {
  /** Host name or address. */
  readonly address: string;
  /** Id of the machine, under which ssh remembers its host key: a new machine may have the address of an old one. */
  readonly instanceId: string;
  /** TCP port of sshd. */
  readonly port: number;
  /** Login user. */
  readonly user: string;
  /** Path of the private key. @default the SSH agent's keys */
  readonly privateKeyFile?: string;
  /** Ports of the machine's loopback address, forwarded to the same ports of this computer. */
  readonly forwardPorts: readonly number[];
}

/** The exact command line that logs in and forwards the ports. */
export function sshCommand(props: SshCommandProps): string {
  return [
    "ssh",
    ...(props.privateKeyFile === undefined ? [] : ["-i", quotedWhenNeeded(props.privateKeyFile)]),
    ...(props.port === 22 ? [] : ["-p", props.port]),
    ...hostKeyOptions(props.instanceId).flatMap((option) => ["-o", option]),
    ...props.forwardPorts.flatMap((port) => ["-L", `${port}:localhost:${port}`]),
    `${props.user}@${props.address}`,
  ].join(" ");
}

/** Where ssh remembers the host keys of machines. */
export const knownHostsFile = "~/.ssh/known_hosts_workbench";

/** Takes a new machine's key at the first login, and no other one later. Other files of known hosts stay as they are. */
export function hostKeyOptions(instanceId: string): string[] {
  return [`HostKeyAlias=${instanceId}`, `UserKnownHostsFile=${knownHostsFile}`, "StrictHostKeyChecking=accept-new"];
}

/** Leaves `~/` outside the quotes, where the shell expands it. */
function quotedWhenNeeded(path: string): string {
  if (/^[\w./~@+-]+$/.test(path)) return path;
  const home = path.startsWith("~/") ? "~/" : "";
  return home + shellWord(path.slice(home.length));
}
