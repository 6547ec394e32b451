import { readFileSync } from "node:fs";
import { execa } from "execa";
import { describe } from "vitest";
import { machineObstacles, thisHost } from "../../scripts/setup/machine-obstacles";
import { describeTool, missingTools } from "../../scripts/setup/tools";

const [obstacle] = [...machineObstacles(thisHost()), ...missingTools(["machines"]).map(describeTool)];

/** Why no machine can boot here, in one sentence; undefined if one can. */
export const withoutMachines: string | undefined = obstacle;

/**
 * A story with machines that boot. Where none can, it is skipped, with the reason in its name.
 *
 * @param without the reason. @default {@link withoutMachines}
 */
export function describeWithMachines(name: string, tell: () => void, without = withoutMachines): void {
  describe.skipIf(without !== undefined)(`${name}${without ? ` (${without})` : ""}`, tell);
}

/** The process id, on this computer, of the first process of an instance's machine. */
export async function leaderOf(instanceId: string): Promise<string> {
  const { stdout } = await execa("pgrep", ["--exact", "systemd-nspawn", "--list-full"], { reject: false });
  const [pid] =
    stdout
      .split("\n")
      .find((line) => line.includes(instanceId))
      ?.split(" ") ?? [];
  const [leader = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
  return leader;
}

/** Runs a command as root on a machine. Returns what it printed; throws it when the command fails. */
export async function onMachine(instanceId: string, command: string): Promise<string> {
  const leader = await leaderOf(instanceId);
  const within = ["--target", leader, "--all", "bash", "-c", command];
  const { exitCode, all } = await execa("nsenter", within, { all: true, reject: false });
  if (exitCode !== 0) throw new Error(`on ${instanceId}: ${command}: exit code ${exitCode}: ${all}`);
  return String(all).trim();
}
