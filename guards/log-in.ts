import { UserError } from "../settings/user-error";
import type { CdktfCommand } from "./cdktf-command";
import { pairProblem, privateKeyProblem, publicKeyProblem } from "./key-files";
import { agentProblem } from "./ssh-agent";

/** How and why Terraform logs in to a machine. */
export interface LogIn {
  readonly ssh: { readonly publicKeyFile: string; readonly privateKeyFile: string | null };
  /** Purpose of the login, such as "mount the data volume". */
  readonly to: string;
}

/** A stack, and how a command logs in to its machines. */
export interface StackWithLogIn {
  readonly name: string;
  readonly logIn: LogIn | undefined;
}

/**
 * Refuses a command whose provisioners could not log in, before Terraform makes the machine. Otherwise the first
 * provisioner would fail on the new machine. A synth needs neither keys nor an agent, a plan only the key files.
 *
 * @param environment environment variables of this run
 * @throws UserError that names every unusable key file, or says what the SSH agent lacks
 */
export function requireLogIn(
  command: CdktfCommand,
  stacks: readonly StackWithLogIn[],
  environment: NodeJS.ProcessEnv,
): void {
  if (!command.changes) return;
  const problems = stacks
    .filter(({ name }) => command.names(name))
    .flatMap(({ logIn }) => (logIn ? problemsOf(logIn, command, environment) : []));
  if (problems.length > 0) throw new UserError([...new Set(problems)].join("\n"));
}

function problemsOf({ ssh, to }: LogIn, { verb }: CdktfCommand, environment: NodeJS.ProcessEnv): string[] {
  const { publicKeyFile, privateKeyFile } = ssh;
  // A destroy logs in with the key that the machine was made with.
  const newKey = verb === "destroy" ? undefined : publicKeyFile;
  const problems = [
    publicKeyProblem(publicKeyFile),
    privateKeyFile === null ? agentProblem(to, newKey, environment) : privateKeyProblem(privateKeyFile),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0 || privateKeyFile === null || newKey === undefined) return problems;
  const problem = pairProblem({ publicKeyFile: newKey, privateKeyFile });
  return problem === undefined ? [] : [problem];
}
