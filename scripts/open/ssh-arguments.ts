import { program } from "../support/program";
import { REPORTS } from "./report";
import type { RunningMachine } from "./running-machine";
import type { OpenTarget } from "./target";

const { hostKeyOptions, sshCommand } = program("modules/access/ssh-command");
const { shellWord } = program("modules/shell-word");

/** Seconds until an attempt to connect fails. */
export const CONNECT_SEC = 10;

/** A port of this computer that leads to one of the machine's loopback address. */
export interface Forward {
  readonly from: number;
  readonly to: number;
}

/** Arguments of ssh that hold a tunnel, and let the machine report on a service of systemd. */
export function sshArguments(
  machine: RunningMachine,
  { ssh, keyFile }: Pick<OpenTarget, "ssh" | "keyFile">,
  { from, to }: Forward,
  unit: string,
): string[] {
  const options = [
    "BatchMode=yes",
    "ExitOnForwardFailure=yes",
    `ConnectTimeout=${CONNECT_SEC}`,
    // A dead connection ends within a minute.
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
    ...hostKeyOptions(machine.id),
    ...(keyFile === undefined ? [] : [`IdentityFile=${quoted(keyFile)}`]),
    ...(ssh.privateKeyFile === null ? [] : ["IdentitiesOnly=yes"]),
    // What the user's own configuration may say: a connection that others share would outlive this one.
    "ControlPath=none",
    "RemoteCommand=none",
  ];
  return [
    // No terminal, no agent and no X11 there.
    ...["-T", "-a", "-x"],
    ...["-p", `${ssh.port}`],
    ...options.flatMap((option) => ["-o", option]),
    ...["-L", `127.0.0.1:${from}:127.0.0.1:${to}`],
    `${ssh.user}@${machine.address}`,
    `exec sh -c ${shellWord(REPORTS)} reports ${shellWord(unit)}`,
  ];
}

/** A path in an option. There, % begins a variable, and a space ends a word. */
function quoted(file: string): string {
  return `"${file.replaceAll("%", "%%").replaceAll(/["\\]/g, "\\$&")}"`;
}

/** The command that logs in, for messages. */
export function logInCommand({ id, address }: RunningMachine, { ssh }: Pick<OpenTarget, "ssh">): string {
  const { port, user, privateKeyFile } = ssh;
  return sshCommand({
    address,
    instanceId: id,
    port,
    user,
    forwardPorts: [],
    ...(privateKeyFile !== null && { privateKeyFile }),
  });
}
