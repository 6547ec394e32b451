import { UserError } from "../settings/user-error";

/** Options of Terraform that name another place for the state or its backup, or copy or forget the state. */
const MOVES_STATE =
  /(?:^|\s)--?(?:state|state-out|backup|backend|backend-config|reconfigure|migrate-state|force-copy)(?=[=\s]|$)/;

/**
 * Refuses variables with which Terraform would keep a stack's state elsewhere: it would find none, and plan to create
 * everything a second time.
 *
 * @param environment environment variables of this run
 * @throws UserError one sentence for each of them
 */
export function refuseMovedTerraform(environment: NodeJS.ProcessEnv): void {
  const problems = Object.entries(environment).flatMap(([name, value = ""]) => {
    const problem = problemOf(name, value);
    return problem === undefined ? [] : [problem];
  });
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

function problemOf(name: string, value: string): string | undefined {
  if (value === "") return undefined;
  const refusal = (expected: string) =>
    `${name}: expected ${expected}, got "${value}", with which Terraform would not find the state of the stacks; ` +
    "unset it. WORKBENCH_ENV chooses an environment, and state.bucket a bucket for the states.";
  if (name === "TF_WORKSPACE") return value === "default" ? undefined : refusal("no workspace but default");
  if (name === "TF_DATA_DIR") return refusal("no other folder for Terraform's data");
  if (!/^TF_CLI_ARGS(_|$)/.test(name) || !MOVES_STATE.test(value)) return undefined;
  return refusal("no option that moves the state");
}
