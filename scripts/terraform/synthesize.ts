import { readFileSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../support/command-error";
import { projectRoot } from "../support/project";
import { runLogged } from "../support/run-logged";
import type { SynthesizedStack } from "./run-terraform";

const SYNTH_LIMIT_SEC = 120;

/** One stack in cdktf's manifest.json. */
interface ManifestStack {
  readonly name: string;
  readonly workingDirectory: string;
}

/**
 * Runs the program, which writes its stacks to `CDKTF_OUTDIR` of `environment`. Returns the stacks in deployment order.
 *
 * @throws CommandError with the program's message, such as a list of all problems in the settings
 */
export async function synthesize(environment: NodeJS.ProcessEnv): Promise<SynthesizedStack[]> {
  const outdir = environment["CDKTF_OUTDIR"];
  if (outdir === undefined) throw new Error("CDKTF_OUTDIR: expected a folder, got nothing");
  await runLogged({
    name: "synth",
    file: process.execPath,
    args: ["--import", "tsx", "main.ts"],
    cwd: projectRoot,
    env: environment,
    timeoutSec: SYNTH_LIMIT_SEC,
  });
  const manifest = readManifest(path.join(outdir, "manifest.json"));
  return Object.values(manifest.stacks).map(({ name, workingDirectory }) => ({
    name,
    directory: path.join(outdir, workingDirectory),
    environment,
  }));
}

function readManifest(file: string): { stacks: Record<string, ManifestStack> } {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CommandError(`the program wrote no manifest: ${error instanceof Error ? error.message : error}`);
  }
}
