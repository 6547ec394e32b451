import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import type { Changes, OutputEvent, TerraformEvent } from "./events";
import { keepHalfMade } from "./half-made";
import { describeChanges, isEmpty, OperationProgress } from "./operation-progress";
import { runTerraform, type SynthesizedStack } from "./run-terraform";

const INIT_LIMIT_SEC = 600;
const PLAN_LIMIT_SEC = 600;
const APPLY_LIMIT_SEC = 3600;
const OUTPUT_LIMIT_SEC = 60;
const PLAN_FILE = "workbench.tfplan";

/** The result of a deployment. */
export interface Deployed {
  readonly changes: Changes;
  /** Values of the outputs that are not sensitive. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** `init` is short, because set-up has unpacked the provider. */
const initProgress = {
  follow: () => undefined,
  describe: (seconds: number) => `getting the provider ready (${seconds} s)`,
};

type Report = (progress: string) => void;

/**
 * Deploys one synthesized stack: runs init and plan, then applies exactly that plan unless it is empty.
 *
 * @param report called every second with the progress
 * @throws CommandError one sentence; InterruptedError after Ctrl-C
 */
export async function deployStack(stack: SynthesizedStack, report: Report): Promise<Deployed> {
  await follow(stack, ["init", "-json", "-input=false"], INIT_LIMIT_SEC, initProgress, report);
  const planning = await plan(stack, report);
  const planned = planning.changes ?? { add: 0, change: 0, remove: 0 };
  if (isEmpty(planned) && Object.values(planning.outputs).every((output) => output.action === "noop")) {
    return { changes: planned, outputs: await readOutputs(stack) };
  }
  report(`planned: ${describeChanges(planned, "planned")}`);
  const applying = new OperationProgress(planned);
  await follow(stack, ["apply", "-json", "-input=false", PLAN_FILE], APPLY_LIMIT_SEC, applying, report);
  return { changes: applying.changes ?? planned, outputs: shownValues(applying.outputs) };
}

async function plan(stack: SynthesizedStack, report: Report): Promise<OperationProgress> {
  const args = ["plan", "-json", "-input=false", `-out=${PLAN_FILE}`];
  const attempt = async (): Promise<OperationProgress> => {
    const progress = new OperationProgress();
    await follow(stack, args, PLAN_LIMIT_SEC, progress, report);
    return progress;
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof CommandError) || !(await keepHalfMade(stack, error.message))) throw error;
    return attempt();
  }
}

async function follow(
  stack: SynthesizedStack,
  args: readonly string[],
  timeoutSec: number,
  progress: Pick<OperationProgress, "follow" | "describe">,
  report: Report,
): Promise<void> {
  const began = Date.now();
  let stopping = false;
  const tell = (): void => {
    if (!stopping) report(progress.describe(Math.round((Date.now() - began) / 1000)));
  };
  const timer = setInterval(tell, 1000);
  const onEvent = (event: TerraformEvent): void => {
    progress.follow(event);
    tell();
  };
  const onStopping = (words: string): void => {
    stopping = true;
    report(words);
  };
  try {
    await runTerraform(stack, { args, timeoutSec, onEvent, onStopping });
  } finally {
    clearInterval(timer);
  }
}

function shownValues(outputs: Readonly<Record<string, OutputEvent>>): Record<string, unknown> {
  const shown = Object.entries(outputs).filter(([, output]) => !output.sensitive);
  return Object.fromEntries(shown.map(([name, output]) => [name, output.value]));
}

/** Reads the outputs from a stack's state. Deploys nothing. */
async function readOutputs({ name, directory, environment }: SynthesizedStack): Promise<Record<string, unknown>> {
  const options = { cwd: directory, env: environment, timeoutSec: OUTPUT_LIMIT_SEC };
  const { problem, stdout } = await ask("terraform", ["output", "-json"], options);
  if (problem !== undefined) throw new CommandError(`stack ${name}: terraform output failed: ${problem}`);
  return shownValues(JSON.parse(stdout));
}
