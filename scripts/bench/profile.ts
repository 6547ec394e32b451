import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../support/project";
import { runLogged } from "../support/run-logged";
import type { BenchCommand } from "./commands";
import { type CpuProfile, shareOfParts } from "./profile-parts";

/**
 * Where the time of a command goes: the share of each part in a profile of its main thread, largest first.
 *
 * @param command one that starts Node.js itself, with its arguments
 * @param runs how many profiles are added up
 * @param temporary folder for them; left as it was
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

/** tsx runs a second thread, whose profile lies beside the main thread's: `CPU.<date>.<time>.<pid>.<thread>.<number>`. */
function mainThreadProfiles(directory: string): CpuProfile[] {
  const files = readdirSync(directory).filter((file) => file.split(".")[4] === "0");
  return files.map((file) => JSON.parse(readFileSync(path.join(directory, file), "utf8")));
}
