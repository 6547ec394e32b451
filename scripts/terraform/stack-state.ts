import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import { lastLineOf } from "../support/run-logged";
import { runTerraform, type SynthesizedStack } from "./run-terraform";

const INIT_LIMIT_SEC = 600;
const SHOW_LIMIT_SEC = 300;
/** Longer than Terraform waits for the lock. */
const REMOVE_LIMIT_SEC = 300;
const LOCK_WAIT_SEC = 60;

/** A resource in a state, as `terraform show -json` describes it. */
interface StateResource {
  readonly address: string;
  readonly mode: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The state of one synthesized stack, in a file or in S3. */
export class StackState {
  private constructor(private readonly stack: SynthesizedStack) {}

  /**
   * Gets Terraform ready to read the state.
   *
   * @throws CommandError one sentence, for example when the state has moved to another backend
   */
  static async open(stack: SynthesizedStack): Promise<StackState> {
    await runTerraform(stack, { args: ["init", "-json", "-input=false"], timeoutSec: INIT_LIMIT_SEC });
    return new StackState(stack);
  }

  /**
   * Addresses of an object on AWS and of the resources that belong to it, such as a tag of its own.
   *
   * @param id what the state calls `id` or `resource_id`
   * @returns none if the state does not have it
   */
  async addressesOf(id: string): Promise<readonly string[]> {
    const shown = JSON.parse(await this.terraform(["show", "-json"], SHOW_LIMIT_SEC)) as {
      values?: { root_module?: { resources?: readonly StateResource[] } };
    };
    return (shown.values?.root_module?.resources ?? [])
      .filter(({ mode, values }) => mode === "managed" && [values["id"], values["resource_id"]].includes(id))
      .map(({ address }) => address);
  }

  /** Takes resources out of the state. They stay on AWS. */
  async forget(addresses: readonly string[]): Promise<void> {
    await this.terraform(["state", "rm", `-lock-timeout=${LOCK_WAIT_SEC}s`, ...addresses], REMOVE_LIMIT_SEC);
  }

  private async terraform(args: readonly string[], timeoutSec: number): Promise<string> {
    const { name, directory, environment } = this.stack;
    const { problem, stdout, stderr } = await ask("terraform", [...args], {
      cwd: directory,
      env: environment,
      timeoutSec,
    });
    if (problem === undefined) return stdout;
    const words = args.filter((word) => !word.startsWith("-")).slice(0, args[0] === "state" ? 2 : 1);
    throw new CommandError(`stack ${name}: terraform ${words.join(" ")} failed: ${errorOf(stderr) ?? problem}`);
  }
}

/** The first line of Terraform's error that says something: what follows `Error: `. */
function errorOf(stderr: string): string | undefined {
  const [, summary] = /^.*Error: (.+)$/m.exec(stderr) ?? [];
  return summary?.trim() ?? lastLineOf(stderr);
}
