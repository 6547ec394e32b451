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
  /** Folder of the local AWS whose key pair is to be there. */
  readonly localAwsHome: string;
  /** Is it going to run the tests? They use a few system tools more, and Packer. @default false */
  readonly tests?: boolean;
}

/** What there is once set-up is through. */
export interface Readiness {
  readonly terraform: TerraformSetup;
  /** The machines' base root file system; absent where machines cannot run. */
  readonly baseImage?: string;
  /** Why machines cannot run here, one reason each; empty where they can. */
  readonly withoutMachines: readonly string[];
}

/**
 * Sets up what is missing, with progress; returns in milliseconds when nothing is.
 *
 * @throws CommandError one sentence when something that nothing works without cannot be set up
 */
export async function ensureReady(wanted: Wanted): Promise<Readiness> {
  const obstacles = machineObstacles(thisHost());
  const needs: Need[] = [
    "everything",
    ...(obstacles.length === 0 ? (["machines"] as const) : []),
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

/** Tests that need what could not be made are skipped, and say what is missing. */
function goOnWithout(error: unknown): void {
  if (error instanceof InterruptedError || !(error instanceof CommandError)) throw error;
  process.stderr.write(`${error.message}\n`);
}

/** Runs those of `steps` that are not done, side by side: none of them needs another of the same call. */
async function perform(steps: readonly Step[]): Promise<void> {
  if (isInterrupted()) throw new InterruptedError("set-up goes on where it stopped at the next run");
  const undone: Step[] = [];
  for (const step of steps) if (!(await step.isDone())) undone.push(step);
  if (undone.length === 0) return;
  await runTasks(undone, { concurrent: true });
}
