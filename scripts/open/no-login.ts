import { existsSync } from "node:fs";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import type { OpenPlace } from "./place";
import type { RunningMachine } from "./running-machine";
import { CONNECT_SEC } from "./ssh-arguments";
import { whatBecame } from "./what-became";
import { lastSaid, type WhyNoLogin } from "./why-no-login";

const { expandKeyFile, privateKeyProblem } = program("guards/key-files");
const { knownHostsFile } = program("modules/access/ssh-command");

/** A login that failed, and will fail again. */
export interface FailedLogin {
  readonly why: WhyNoLogin;
  /** What ssh said. */
  readonly said: string;
}

/** The sentence about a login that failed. */
export async function noLogin(
  { why, said }: FailedLogin,
  machine: RunningMachine,
  place: OpenPlace,
): Promise<CommandError> {
  const { ssh, commands } = place.target;
  const where = `${machine.address} port ${ssh.port}`;
  const words = lastSaid(said);
  switch (why) {
    case "silence":
      return silence(where, machine, place);
    case "refused":
    case "booting":
      return new CommandError(
        `${machine.id}: expected sshd at ${where} (ssh.port), got "${words}"; if it is only booting, run ` +
          `\`${commands.open}\` again, or else look at the machine in EC2's console`,
      );
    case "key":
      return new CommandError(wrongKey(words, place));
    case "host key":
      return new CommandError(
        `${machine.id}: expected the host key that ssh remembers in ${knownHostsFile}, got another one: somebody ` +
          "answers in the machine's place, or the machine has made new host keys; only if you know that it has: " +
          `ssh-keygen -R ${machine.id} -f ${knownHostsFile}`,
      );
    default:
      return new CommandError(`ssh to ${where}: expected a tunnel, got "${words}"`);
  }
}

async function silence(where: string, machine: RunningMachine, place: OpenPlace): Promise<CommandError> {
  const { machines, target } = place;
  const now = await machines.get(machine.id);
  if (now?.state !== "running") return whatBecame(machine.id, now, place);
  const allowed = await machines.allowedAt(machine.groupIds, target.ssh.port);
  const who = allowed.length === 0 ? "nobody may connect" : `only ${allowed.join(", ")} may connect`;
  const reach = machine.isPublic ? "" : " The address is private: without a VPN into its network, nothing reaches it.";
  return new CommandError(
    `${machine.id}: expected an answer at ${where}, got none within ${CONNECT_SEC} s; ${who}. If your own address is ` +
      `another one, add it to ssh.allowFrom and run \`${target.commands.deployAlone}\`.${reach}`,
  );
}

function wrongKey(words: string, { target: { ssh, commands } }: OpenPlace): string {
  const { privateKeyFile, publicKeyFile, user } = ssh;
  const known = `the one that ${publicKeyFile} (ssh.publicKeyFile) was when the machine was made`;
  const newKey = `\`${commands.deployAlone}\` replaces the machine if the key is another one now`;
  if (privateKeyFile === null) {
    const other = publicKeyFile.replace(/\.pub$/, "");
    return (
      `ssh.publicKeyFile: expected ssh to find a key that the machine accepts for ${user}, ${known}, got "${words}"; ` +
      `run ssh-add ${other}, or set ssh.privateKeyFile. ${newKey}`
    );
  }
  if (!existsSync(expandKeyFile(privateKeyFile))) {
    return `ssh.privateKeyFile: expected a private key in ${privateKeyFile}, got no such file; name the file of your key`;
  }
  return (
    privateKeyProblem(privateKeyFile) ??
    `ssh.privateKeyFile: expected the key in ${privateKeyFile} to be one that the machine accepts for ${user}, ${known}, ` +
      `got "${words}"; name the other half of that key. ${newKey}`
  );
}
