import { existsSync } from "node:fs";
import path from "node:path";
import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import { runTasks } from "../support/progress";
import { cacheDirectory } from "../support/project";
import { isAtLeast } from "../support/versions";
import { amazonPluginVersion, buildPacker, canBuildPacker, packerVersion } from "./packer-build";
import type { Step } from "./step";
import { findProgram } from "./tools";

const HOW_TO =
  "install it from https://developer.hashicorp.com/packer/install, " +
  "or Go 1.26 from https://go.dev/dl, which builds it, and run the command again";

/** A Packer that can build our images. */
export interface Packer {
  readonly file: string;
  /** The folder with its plugins. Undefined means Packer's own default folder. */
  readonly pluginPath: string | undefined;
}

/**
 * The folder for the Packer that set-up builds, existing or not. Each version has one folder, which all clones share.
 */
export function builtPackerDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const name = `${process.platform}-${process.arch}-${packerVersion}-amazon-${amazonPluginVersion}`;
  return path.join(cacheDirectory(environment), "packer", name);
}

function builtPacker(environment: NodeJS.ProcessEnv): Packer | undefined {
  const directory = builtPackerDirectory(environment);
  return existsSync(directory)
    ? { file: path.join(directory, "packer"), pluginPath: path.join(directory, "plugins") }
    : undefined;
}

/**
 * Builds Packer and its amazon plugin from their Go modules, if neither the PATH nor an earlier build has them. Without
 * Go the step counts as done, and {@link findPacker} says what is missing.
 */
export const packerStep: Step = {
  title: "Build Packer and its amazon plugin (takes up to ten minutes, once)",
  isDone: async () => {
    if (builtPacker(process.env) || (await packerProblem(process.env)) === undefined) return true;
    return !canBuildPacker(process.env);
  },
  run: async (report) => buildPacker(builtPackerDirectory(), report),
};

/**
 * Builds Packer where it is missing and can be built, with progress.
 *
 * @throws CommandError one sentence when there is none after all
 */
export async function ensurePacker(): Promise<Packer> {
  if (!(await packerStep.isDone())) await runTasks([packerStep], { concurrent: false });
  return findPacker();
}

/**
 * Finds the Packer to call: the one that set-up built, or else the one on the PATH.
 *
 * @throws CommandError one sentence when no Packer can build our images, or its plugin is missing
 */
export async function findPacker(environment: NodeJS.ProcessEnv = process.env): Promise<Packer> {
  const built = builtPacker(environment);
  if (built) return built;
  const problem = await packerProblem(environment);
  if (problem !== undefined) throw new CommandError(problem);
  return { file: findProgram("packer", environment) as string, pluginPath: environment["PACKER_PLUGIN_PATH"] };
}

/** Checks the Packer on the PATH. Returns its problem in one sentence, or undefined. */
async function packerProblem(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { oldestPacker: oldest } = program("packer/template/packer-template");
  const file = findProgram("packer", environment);
  if (file === undefined) return `packer is not on the PATH: images need ${oldest} or newer; ${HOW_TO}`;
  const env = { ...environment, CHECKPOINT_DISABLE: "1" };
  const [, version] = /Packer v?(\d+\.\d+\.\d+)/i.exec((await ask(file, ["version"], { env })).stdout) ?? [];
  if (version === undefined) return `${file} did not say its version: images need Packer ${oldest} or newer; ${HOW_TO}`;
  if (!isAtLeast(version, oldest)) return `${file} is Packer ${version}: images need ${oldest} or newer; ${HOW_TO}`;
  const plugins = await ask(file, ["plugins", "installed"], { env });
  if (plugins.stdout.includes("packer-plugin-amazon")) return undefined;
  return `${file} has no amazon plugin: run packer init packer/workbench once`;
}

/** The PATH entries and the variables with which a command finds the Packer that set-up built. */
export function packerEnvironment(environment: NodeJS.ProcessEnv): {
  programs: string[];
  variables: NodeJS.ProcessEnv;
} {
  const built = builtPacker(environment);
  if (!built?.pluginPath) return { programs: [], variables: {} };
  return { programs: [path.dirname(built.file)], variables: { PACKER_PLUGIN_PATH: built.pluginPath } };
}
