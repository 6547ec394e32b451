import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import type { Cost } from "./tally";

/**
 * Variable with the path of the usage file, to which every test file appends its time. WORKBENCH_… would be a setting.
 */
export const USAGE_FILE_VARIABLE = "TEST_USAGE_FILE";

/** Clock ticks a second in /proc. It is the same on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Processor time, in seconds, of this process, of the children that it has waited for, and of their children. Does not
 * count processes that a child left running when it ended. Outside Linux, counts only this process.
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

/** Reads a usage file: one line of JSON for each test file. A killed runner may leave half a line. */
export function readUsage(file: string): Cost[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // No test file has ended.
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

/** A command's share of the processors. Linux divides them among sessions, so the command must begin a session. */
const SHARES = {
  /** A nice value: a third of the usual share, or all of the processors while nothing else needs them. */
  low: "echo 5 > /proc/self/autogroup",
  usual: "echo 0 > /proc/self/autogroup",
};

/** How {@link withCpu} runs a command. */
export interface Measured {
  /** File for its time, as the shell's `times` prints it. */
  readonly cpuFile: string;
  /** The command has the low share until this file appears. @default it has its usual share at once */
  readonly yieldsUntil?: string;
}

/** Returns a command that runs a program and writes the program's time to a file. */
export function withCpu(
  file: string,
  args: readonly string[],
  { cpuFile, yieldsUntil = "" }: Measured,
): { file: string; args: string[] } {
  // Without such shares these commands fail, and that does no harm.
  const yields = `{ ${SHARES.low}; while [ ! -e "$yields" ]; do kill -0 $$ || exit; sleep 2; done; ${SHARES.usual}; } >/dev/null 2>&1`;
  const measured = [
    "yields=$1 out=$2; shift 2",
    `[ -z "$yields" ] || { ${yields} & }`,
    // The shell traps signals and waits for the program, which gets the same signals.
    'trap : INT TERM HUP; "$@"; code=$?; times >"$out"; exit $code',
  ].join("; ");
  return { file: "bash", args: ["-c", measured, "measured", yieldsUntil, cpuFile, file, ...args] };
}

/** Reads the output of `times`: the user and system time of the shell, and on a second line those of its children. */
export function readCpuSec(times: string): number | undefined {
  const found = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  if (found.length !== 4) return undefined;
  return found.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
