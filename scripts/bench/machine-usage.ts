import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { venvPython } from "../setup/python-env";
import { projectRoot } from "../support/project";

/** What the machines of a local AWS have used since it started. */
export interface MachineUsage {
  /** Processor time of all their processes, in milliseconds. */
  readonly cpuMs: number;
  /** How long some of them could have run and had no processor, in milliseconds; 0 where the kernel does not count that. */
  readonly stalledMs: number;
  /** What has reached them over the network, in bytes. */
  readonly receivedBytes: number;
}

/** Where the kernel counts that; the names are the local AWS's own. */
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
 * A counter of what machines use, all of a local AWS together: those that are gone still count.
 *
 * @param home folder of the local AWS
 * @returns a function that reads it; nothing was used before the first machine
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
    // What the bridge sends is what the machines receive.
    receivedBytes: numberIn(`/sys/class/net/${bridge}/statistics/tx_bytes`, /(\d+)/),
  });
}

/** A counter that begins again at 0 whenever the last machine goes, as one that never does. */
export function carriedOn(read: () => number): () => number {
  let [before, last] = [0, 0];
  return () => {
    const now = read();
    if (now < last) before += last;
    last = now;
    return before + now;
  };
}

/** 0 where there is no such file: before the first machine. */
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
