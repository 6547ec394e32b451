import { readFileSync } from "node:fs";
import path from "node:path";
import type { Settings } from "../../stacks/settings";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import { projectRoot, shown } from "../support/project";
import type { LocalSession } from "./local-session";

const { definitions } = program("stacks/definitions");

/**
 * Arguments for `ssh` that log in to the development machine, as the state of the `ec2` stack has its address.
 *
 * @param args more arguments: options of ssh, then a command to run there
 * @throws CommandError when the stack is not deployed or has no machine
 */
export function machineLogin({ settings, environment }: LocalSession, args: readonly string[]): string[] {
  const [stack] = definitions.filter(({ sshAddress }) => sshAddress !== undefined);
  return loginArguments(
    settings.ssh,
    machineAddress(stateFile(environment, settings.environment, stack?.name ?? "")),
    args,
  );
}

/** The same for an address, and for as much of the settings as it takes. */
export function loginArguments(
  { user, port, privateKeyFile }: Pick<Settings["ssh"], "user" | "port" | "privateKeyFile">,
  address: string,
  args: readonly string[],
): string[] {
  const key = privateKeyFile === null ? [] : ["-i", path.resolve(projectRoot, privateKeyFile)];
  // Machines of the local AWS come and go with new host keys under the same addresses, and are on this very computer.
  const trust = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"];
  return [...key, ...trust, "-o", "IdentitiesOnly=yes", "-p", String(port), "-l", user, ...placeHost(address, args)];
}

/** Options of ssh stand before the host, a command after it. */
function placeHost(address: string, args: readonly string[]): string[] {
  // The last letter takes the next argument as its value; those before it take none: -NL 8888:localhost:8888.
  const withValue = /^-[46AaCfGgKkMNnqsTtVvXxYy]*[BbcDEeFIiJLlmOoPpQRSWw]$/;
  let index = 0;
  while (index < args.length && args[index]?.startsWith("-")) index += withValue.test(args[index] ?? "") ? 2 : 1;
  return [...args.slice(0, index), address, ...args.slice(index)];
}

/** Where the local backend keeps the state of a stack. */
function stateFile(environment: NodeJS.ProcessEnv, name: string, stack: string): string {
  return path.resolve(projectRoot, environment["WORKBENCH_STATE_DIRECTORY"] ?? "state", name, `${stack}.tfstate`);
}

function machineAddress(file: string): string {
  let address: unknown;
  try {
    address = JSON.parse(readFileSync(file, "utf8")).outputs?.address?.value;
  } catch {
    // No state file: the same as one without the output.
  }
  if (typeof address === "string") return address;
  throw new CommandError(`no development machine is deployed (${shown(file)} has no address): npm start deploys it`);
}
