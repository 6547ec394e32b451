import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import type { Cost } from "./tally";

/** Variable with the file to which every file of tests appends what it took; one of WORKBENCH_… would be a setting. */
export const USAGE_FILE_VARIABLE = "TEST_USAGE_FILE";

/** Clock ticks a second in /proc: the same on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Processor time of this process and of all children that it has waited for, theirs included, in seconds. What a child left
 * behind when it ended is not in it. Outside Linux: of this process alone.
 */
export function cpuSec(): number {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // utime, stime, cutime and cstime are fields 14 to 17; the second field, in parentheses, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
  } catch {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    return (userCPUTime + systemCPUTime) / 1e6;
  }
}

/** Processor time of everything on this computer since it started, in seconds. */
export function busySec(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1000;
}

/** What every file of tests took, as it was appended to a usage file: a line of JSON each, half a line where a runner was killed. */
export function readUsage(file: string): Cost[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // No file of tests got to its end.
    return [];
  }
  return text.split("\n").flatMap(parse);
}

function parse(line: string): Cost[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

/** The usage file of a test run. */
export function usageFileOf(temporary: string): string {
  return path.join(temporary, "usage.jsonl");
}

/** How a command shares the processors with others. Linux shares them out among sessions, so it has to begin one. */
const SHARES = {
  /** As a nice value: a third of the usual share, and all of it where nobody else wants it. */
  low: "echo 5 > /proc/self/autogroup",
  usual: "echo 0 > /proc/self/autogroup",
};

/** How {@link withCpu} runs a command. */
export interface Measured {
  /** File for what it took, as the shell's `times` says it. */
  readonly cpuFile: string;
  /** Until this file is there, it takes what others leave of the processors. @default it takes its share at once */
  readonly yieldsUntil?: string;
}

/** The command that runs a program and leaves in a file what that took. */
export function withCpu(
  file: string,
  args: readonly string[],
  { cpuFile, yieldsUntil = "" }: Measured,
): { file: string; args: string[] } {
  // Where there are no such shares, nothing is lost.
  const yields = `{ ${SHARES.low}; while [ ! -e "$yields" ]; do kill -0 $$ || exit; sleep 2; done; ${SHARES.usual}; } >/dev/null 2>&1`;
  const measured = [
    "yields=$1 out=$2; shift 2",
    `[ -z "$yields" ] || { ${yields} & }`,
    // The shell waits for the program although it was asked to end itself: the program was too.
    'trap : INT TERM HUP; "$@"; code=$?; times >"$out"; exit $code',
  ].join("; ");
  return { file: "bash", args: ["-c", measured, "measured", yieldsUntil, cpuFile, file, ...args] };
}

/** Reads what `times` says: the shell's own user and system time, and on a second line those of its children. */
export function readCpuSec(times: string): number | undefined {
  const found = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  if (found.length !== 4) return undefined;
  return found.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
