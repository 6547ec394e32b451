import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { venvPython } from "../setup/python-env";
import { projectRoot } from "../support/project";

/** What the machines of a local AWS have used since its start. */
export interface MachineUsage {
  /** Processor time of all their processes, in milliseconds. */
  readonly cpuMs: number;
  /** How long at least one process waited for a processor, in milliseconds. 0 where the kernel does not count that. */
  readonly stalledMs: number;
  /** Bytes that they received over the network. */
  readonly receivedBytes: number;
}

/** Asks the local AWS for the names of its control group and its bridge, on which the kernel counts usage. */
const ASK_PLACES = `
import json, sys
from pathlib import Path
from local_aws.host.control_group import hierarchies
from local_aws.host.names import Names
names = Names.of(Path(sys.argv[1]))
groups = [str(root / names.cgroup) for kind, root in hierarchies() if kind == "cgroup2"]
print(json.dumps({"group": groups[0], "bridge": names.bridge}))
`;

/**
 * Returns a counter of what all machines of a local AWS have used together, including machines that are gone.
 *
 * @param home folder of the local AWS
 * @returns a function that reads the counter. It is zero before the first machine
 */
export async function machineUsage(home: string): Promise<() => MachineUsage> {
  const { stdout } = await execa(venvPython, ["-c", ASK_PLACES, home], {
    env: { PYTHONPATH: path.join(projectRoot, "scripts", "local-aws") },
    timeout: 20_000,
  });
  const { group, bridge } = JSON.parse(stdout) as { group: string; bridge: string };
  const cpu = carriedOn(() => numberIn(path.join(group, "cpu.stat"), /usage_usec (\d+)/));
  const stalled = carriedOn(() => numberIn(path.join(group, "cpu.pressure"), /some .*total=(\d+)/));
  return () => ({
    cpuMs: cpu() / 1000,
    stalledMs: stalled() / 1000,
    // The machines receive what the bridge sends.
    receivedBytes: numberIn(`/sys/class/net/${bridge}/statistics/tx_bytes`, /(\d+)/),
  });
}

/**
 * The kernel's counter begins again at 0 after the last machine is gone. This turns it into one that never goes back.
 */
export function carriedOn(read: () => number): () => number {
  let [before, last] = [0, 0];
  return () => {
    const now = read();
    if (now < last) before += last;
    last = now;
    return before + now;
  };
}

/** Reads a number from a file. 0 before the first machine, when there is no such file. */
function numberIn(file: string, pattern: RegExp): number {
  return Number(pattern.exec(read(file))?.[1] ?? 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
