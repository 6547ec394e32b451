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

/** What every file of tests took, as it was appended to a usage file: a line of JSON each. A runner that was killed may have left half a line. */
export function readUsage(file: string): Cost[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // No file of tests got to its end.
    return [];
  }
  return text
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line));
}

/** The usage file of a test run. */
export function usageFileOf(temporary: string): string {
  return path.join(temporary, "usage.jsonl");
}

/** As a nice value: a ninth of the usual share of a processor, and all of it where nobody else wants it. */
const LOW_SHARE = 10;

/**
 * The command that runs a program and leaves what it took in a file, as the shell's `times` says it.
 *
 * @param yields whether it is to take what others leave of the processors. Linux shares them out among sessions, so this is
 *   meant for a command that begins one; a nice value of a process means nothing to another session.
 */
export function withCpu(
  file: string,
  args: readonly string[],
  { cpuFile, yields }: { readonly cpuFile: string; readonly yields: boolean },
): { file: string; args: string[] } {
  // Where there are no such shares, nothing is lost.
  const share = yields ? `{ echo ${LOW_SHARE} > /proc/self/autogroup; } 2>/dev/null; ` : "";
  // The shell waits for the program although it was asked to end itself: the program was too.
  const measured = `${share}trap : INT TERM HUP; out=$1; shift; "$@"; code=$?; times >"$out"; exit $code`;
  return { file: "bash", args: ["-c", measured, "measured", cpuFile, file, ...args] };
}

/** Reads what `times` says: the shell's own user and system time, and on a second line those of its children. */
export function readCpuSec(times: string): number | undefined {
  const found = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  if (found.length !== 4) return undefined;
  return found.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
