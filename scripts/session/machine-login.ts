import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { StackDefinition } from "../../stacks/define-stack";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import { projectRoot, shown } from "../support/project";
import type { LocalSession } from "./local-session";
import { MACHINE, sshConfig } from "./ssh-config";

const { definitions } = program("stacks/definitions");
const { localStateFile } = program("stacks/names/state-file");

/** The part of a session that {@link machineLogin} reads. */
export interface LoginSession {
  readonly settings: Pick<LocalSession["settings"], "environment"> & {
    readonly state: Pick<LocalSession["settings"]["state"], "directory">;
    readonly ssh: Pick<LocalSession["settings"]["ssh"], "user" | "port" | "privateKeyFile">;
  };
  readonly localAws: Pick<LocalSession["localAws"], "home">;
}

/** A stack with a machine that people log in to. */
export type SshStack = Required<Pick<StackDefinition, "name" | "sshAddress">>;

/** The stack whose machine `npm run local -- ssh` logs in to. */
export function sshStack(): SshStack {
  for (const { name, sshAddress } of definitions) if (sshAddress !== undefined) return { name, sshAddress };
  throw new CommandError("no stack has a machine to log in to");
}

/**
 * Arguments for `ssh` that log in to a stack's machine. Writes the ssh_config file that they name.
 *
 * @param stack its name, and the output that has the machine's address
 * @param args more arguments: options of ssh, then a command to run there
 * @throws CommandError when the stack is not deployed or has no machine
 */
export function machineLogin({ settings, localAws }: LoginSession, stack: SshStack, args: readonly string[]): string[] {
  const { user, port, privateKeyFile } = settings.ssh;
  const state = localStateFile(settings.state.directory, settings.environment, stack.name);
  const address = machineAddress(path.resolve(projectRoot, state), stack.sshAddress);
  const key = privateKeyFile === null ? undefined : path.resolve(projectRoot, privateKeyFile);
  const file = path.join(localAws.home, "ssh", "config");
  replaceFile(file, sshConfig({ address, port, user, privateKeyFile: key }));
  // ssh reads options after the host too, up to the first word of the command.
  return ["-F", file, MACHINE, ...args];
}

/** Replaces the file at once: another login may be reading it. */
function replaceFile(file: string, text: string): void {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, file);
}

function machineAddress(file: string, output: string): string {
  let address: unknown;
  try {
    address = JSON.parse(readFileSync(file, "utf8")).outputs?.[output]?.value;
  } catch {
    // No state file: the same as one without the output.
  }
  if (typeof address === "string") return address;
  throw new CommandError(
    `no development machine is deployed (${shown(file)} has no output ${output}): npm start deploys it`,
  );
}
