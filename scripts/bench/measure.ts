import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../support/project";
import { runLogged } from "../support/run-logged";
import type { BenchCommand } from "./commands";

const preload = path.join(projectRoot, "scripts", "bench", "resource-usage.cjs");

/** One run of one command. */
export interface Measurement {
  /** From the start of the process to its end, in milliseconds. */
  readonly wallMs: number;
  /** Processor time of all its Node.js processes and their threads, in milliseconds. */
  readonly cpuMs: number;
  /** The sum of the peaks of its Node.js processes, in MiB. Their common peak is at most this. */
  readonly peakMiB: number;
}

/**
 * Runs a command once, in the project's folder.
 *
 * @param temporary folder for temporary files, which are removed again
 * @throws CommandError when it fails or takes longer than its limit
 */
export async function measure(command: BenchCommand, temporary: string): Promise<Measurement> {
  const directory = mkdtempSync(path.join(temporary, "usage-"));
  try {
    const begun = performance.now();
    await runLogged({
      ...command,
      name: `bench ${command.name}`,
      cwd: projectRoot,
      env: {
        ...command.env,
        NODE_OPTIONS: `--require ${JSON.stringify(preload)}`,
        BENCH_USAGE_DIRECTORY: directory,
      },
    });
    const wallMs = performance.now() - begun;
    return { wallMs, ...addUp(usagesIn(directory)) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function usagesIn(directory: string): NodeJS.ResourceUsage[] {
  return readdirSync(directory).map((pid) => JSON.parse(readFileSync(path.join(directory, pid), "utf8")));
}

/** Node gives processor time in microseconds and memory in KiB. */
function addUp(usages: readonly NodeJS.ResourceUsage[]): Pick<Measurement, "cpuMs" | "peakMiB"> {
  const sum = (of: (usage: NodeJS.ResourceUsage) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  return {
    cpuMs: sum(({ userCPUTime, systemCPUTime }) => userCPUTime + systemCPUTime) / 1000,
    peakMiB: sum(({ maxRSS }) => maxRSS) / 1024,
  };
}
