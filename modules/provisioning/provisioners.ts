import {
  type FileProvisioner,
  type LocalExecProvisioner,
  type RemoteExecProvisioner,
  type SSHProvisionerConnection,
  Token,
} from "cdktf";
import type { KeyFileProps } from "../access/key-file";
import { terraformLiteral } from "../terraform-literal";

/** Names of Terraform's scripts; %RAND% is Terraform's own. */
const scriptName = ".workbench-terraform-%RAND%.sh";

/** Another Terraform may just be writing a new one. */
const deleteOld = `find "$(dirname -- "$0")" -maxdepth 1 -name '${scriptName.replace("%RAND%", "*")}' -mmin +1 -delete`;

/** cdktf's type lacks `when`, but cdktf writes it and Terraform obeys it. */
interface TimedRemoteExec extends RemoteExecProvisioner {
  readonly when?: "create" | "destroy";
}

/**
 * Commands that run on the machine over SSH. Terraform leaves an empty file in the place of each script. The next script
 * deletes it.
 *
 * @param when `destroy` runs them before the resource is destroyed; such commands may only refer to `self`.
 */
export function remoteExec(commands: readonly string[], when: "create" | "destroy" = "create"): TimedRemoteExec {
  return { type: "remote-exec", inline: [deleteOld, ...commands], ...(when === "destroy" && { when }) };
}

/**
 * Prints a sentence before the resource is destroyed, among Terraform's own lines.
 *
 * @param sentence of words that mean the same to every shell, since Terraform has no other way to print
 * @throws Error for other signs
 */
export function sayBeforeDestroy(sentence: string): LocalExecProvisioner {
  if (!/^[\w .,:/=-]+$/.test(sentence)) throw new Error(`expected words that every shell echoes, got: ${sentence}`);
  return { type: "local-exec", command: `echo ${sentence}`, when: "destroy" };
}

/** Copies a folder of the stack's working directory to `destination` on the machine. */
function copyFolder(source: string, destination: string): FileProvisioner {
  return { type: "file", source, destination };
}

/**
 * Copies a folder of the stack's working directory to the machine, and runs a command there.
 *
 * @param uploadedTo name of the copy in the login user's home
 */
export function runFromFolder(
  source: string,
  uploadedTo: string,
  command: string,
): readonly (FileProvisioner | RemoteExecProvisioner)[] {
  return [
    remoteExec([`cd && rm -rf ${uploadedTo} && mkdir -m 700 ${uploadedTo}`]),
    copyFolder(`${source}/`, uploadedTo),
    remoteExec([command]),
  ];
}

/**
 * How provisioners reach a machine. It is stored in the resource's `input`, with the paths of the keys, since a
 * destroy-time provisioner may only read `self`.
 */
export interface SshTarget {
  /** Host name or address. */
  readonly host: string;
  /** TCP port of sshd. */
  readonly port: number;
  /** Login user. */
  readonly user: string;
  /** File with the private key. @default the SSH agent's keys */
  readonly privateKey?: Pick<KeyFileProps, "path" | "written">;
  /** Path of the public key that the machine knows, as Terraform sees it: the agent may have others. */
  readonly publicKeyFile: string;
  /** How long to try before giving up, in seconds. */
  readonly timeoutSec: number;
}

/**
 * Where Terraform runs its scripts: its own place is /tmp, from which some machines run nothing. A path with `~`, or
 * a relative one, would not do: Terraform quotes it, and a login shell may start in another folder.
 */
const homeOfUser = '${self.input.user == "root" ? "/root" : "/home/${self.input.user}"}';

/** The `input` of a resource whose `connection` is {@link connectionFromInput}. */
export function inputOf({ host, port, user, privateKey, publicKeyFile }: SshTarget) {
  return { host, port, user, privateKeyFile: privateKey?.path ?? null, publicKeyFile };
}

/** `connection` of a resource whose `input` has an {@link SshTarget}. */
export function connectionFromInput(target: SshTarget): SSHProvisionerConnection {
  const connection = {
    type: "ssh",
    host: "${self.input.host}",
    port: Token.asNumber("${self.input.port}"),
    user: "${self.input.user}",
    timeout: `${target.timeoutSec}s`,
    scriptPath: `${homeOfUser}/${scriptName}`,
  } as const;
  return target.privateKey === undefined
    ? { ...connection, agent: "true", agentIdentity: identityOf(target.publicKeyFile) }
    : { ...connection, agent: "false", privateKey: fileOf(target.privateKey.path) };
}

/**
 * The key that Terraform offers first, since sshd takes only some tries. A machine that was made before this was written
 * has no such file in its `input`.
 */
function identityOf(publicKeyFile: string): string {
  return `\${pathexpand(try(self.input.publicKeyFile, ${terraformLiteral(JSON.stringify(publicKeyFile))}))}`;
}

/**
 * Contents of the key file. If the machine was made with the SSH agent, its `input` names none: use the current file.
 */
function fileOf(privateKeyFile: string): string {
  return `\${file(pathexpand(coalesce(self.input.privateKeyFile, ${terraformLiteral(JSON.stringify(privateKeyFile))})))}`;
}
