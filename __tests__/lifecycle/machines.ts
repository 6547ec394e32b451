import { describe } from "vitest";
import { machineObstacles, thisHost } from "../../scripts/setup/machine-obstacles";
import { describeTool, missingTools } from "../../scripts/setup/tools";

const [obstacle] = [...machineObstacles(thisHost()), ...missingTools(["machines"]).map(describeTool)];

/** Why no machine can boot here, in one sentence; undefined if one can. */
export const withoutMachines: string | undefined = obstacle;

/** A story with machines that boot. Where none can, it is skipped, with the reason in its name. */
export function describeWithMachines(name: string, tell: () => void): void {
  describe.skipIf(withoutMachines !== undefined)(`${name}${withoutMachines ? ` (${withoutMachines})` : ""}`, tell);
}
