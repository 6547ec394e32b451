import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { runTasks } from "../support/progress";
import { baseImageDirectory, baseImageStep } from "./base-image";
import { machineObstacles, thisHost } from "./machine-obstacles";
import { packerStep } from "./packer";
import { checkovStep, pythonEnvironmentStep } from "./python-env";
import { sshKeyStep } from "./ssh-key";
import type { Step } from "./step";
import { cliConfigurationStep, readTerraformSetup, type TerraformSetup } from "./terraform-cli-config";
import type { Need } from "./tool-list";
import { describeTool, missingTools, systemToolsStep } from "./tools";

/** What a command is going to do. */
export interface Wanted {
  /** Folder of the local AWS that needs a key pair. */
  readonly localAwsHome: string;
  /** Whether the command runs tests, which need a few more system tools, and Packer. @default false */
  readonly tests?: boolean;
}

/** The result of set-up. */
export interface Readiness {
  readonly terraform: TerraformSetup;
  /** The machines' base root file system. Absent where machines cannot run. */
  readonly baseImage?: string;
  /** The reasons why machines cannot run here. Empty where they can. */
  readonly withoutMachines: readonly string[];
}

/**
 * Sets up what is missing, and shows progress. Returns within milliseconds when nothing is missing.
 *
 * @throws CommandError one sentence when it cannot set up something that every command needs
 */
export async function ensureReady(wanted: Wanted): Promise<Readiness> {
  const obstacles = machineObstacles(thisHost());
  const needs: Need[] = [
    "everything",
    ...(obstacles.length === 0 ? (["machines", "containers"] as const) : []),
    ...(wanted.tests ? (["tests"] as const) : []),
  ];
  await perform([systemToolsStep(needs)]);
  const indispensable = missingTools(["everything"]);
  if (indispensable.length > 0) throw new CommandError(`not installed: ${indispensable.map(describeTool).join("; ")}`);
  const withoutMachines = [
    ...obstacles,
    ...(obstacles.length === 0 ? missingTools(["machines"]).map(describeTool) : []),
  ];
  const machines = withoutMachines.length === 0;
  await perform([cliConfigurationStep]);
  await perform([sshKeyStep(wanted.localAwsHome), pythonEnvironmentStep, ...(machines ? [baseImageStep] : [])]);
  if (wanted.tests) await perform([checkovStep, ...(machines ? [packerStep] : [])]).catch(goOnWithout);
  const terraform = readTerraformSetup();
  if (terraform === undefined) throw new Error("set-up wrote no Terraform configuration, and yet did not fail");
  return { terraform, baseImage: machines ? baseImageDirectory() : undefined, withoutMachines };
}

/** Prints the error and goes on. Tests that need the missing part are skipped, and say what is missing. */
function goOnWithout(error: unknown): void {
  if (error instanceof InterruptedError || !(error instanceof CommandError)) throw error;
  process.stderr.write(`${error.message}\n`);
}

/** Runs the unfinished steps in parallel. No step may need another step of the same call. */
async function perform(steps: readonly Step[]): Promise<void> {
  if (isInterrupted()) throw new InterruptedError("the next run continues set-up where it stopped");
  const undone: Step[] = [];
  for (const step of steps) if (!(await step.isDone())) undone.push(step);
  if (undone.length === 0) return;
  await runTasks(undone, { concurrent: true });
}
