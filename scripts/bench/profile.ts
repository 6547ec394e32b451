import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../support/project";
import { runLogged } from "../support/run-logged";
import type { BenchCommand } from "./commands";
import { type CpuProfile, shareOfParts } from "./profile-parts";

/**
 * Profiles a command, and returns the share of each part in the time of its main thread, largest first.
 *
 * @param command must start Node.js directly
 * @param runs how many profiles to add up
 * @param temporary folder for the profiles, which are removed again
 */
export async function profileParts(
  command: BenchCommand,
  runs: number,
  temporary: string,
): Promise<ReadonlyMap<string, number>> {
  const directory = mkdtempSync(path.join(temporary, "profile-"));
  try {
    for (let run = 0; run < runs; run++) {
      await runLogged({
        ...command,
        name: `profile ${command.name}`,
        args: ["--cpu-prof", "--cpu-prof-dir", directory, "--cpu-prof-interval", "200", ...command.args],
        cwd: projectRoot,
      });
    }
    return shareOfParts(mainThreadProfiles(directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Skips tsx's second thread, which writes a profile too. The names are `CPU.<date>.<time>.<pid>.<thread>.<number>`. */
function mainThreadProfiles(directory: string): CpuProfile[] {
  const files = readdirSync(directory).filter((file) => file.split(".")[4] === "0");
  return files.map((file) => JSON.parse(readFileSync(path.join(directory, file), "utf8")));
}
