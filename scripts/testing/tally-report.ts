import Table from "cli-table3";
import type { Cost, Tally } from "./tally";

/** How many of the slowest files the report names. */
const SLOWEST = 10;

/**
 * Lists what did not pass, with reasons. Failures come last, where people look first, and then their names alone: what
 * keeps only the end of a long output keeps those. Empty when everything passed.
 */
export function describeTallies(tallies: readonly Tally[]): string {
  const skipped = tallies.flatMap((tally) => tally.skipped);
  const failed = tallies.flatMap((tally) => tally.failed);
  const parts = [
    ...(skipped.length > 0
      ? ["Skipped:", ...skipped.map(({ name, reason }) => `  ${name}${reason ? `: ${reason}` : ""}`), ""]
      : []),
    ...failed.flatMap(({ name, reason }) => [`FAILED ${name}`, ...indent(reason), ""]),
    ...(failed.length > 1 ? ["Failed:", ...failed.map(({ name }) => `  ${name}`), ""] : []),
  ];
  return parts.length === 0 ? "" : `${parts.join("\n")}\n`;
}

/**
 * Lists the times of every runner, in the order in which they ended, and of the slowest files. Empty when nothing ran.
 *
 * @param computer the time of the whole computer. It includes other programs, and processes for which no runner waited
 */
export function describeCosts(runners: readonly Cost[], files: readonly Cost[], computer: Omit<Cost, "name">): string {
  if (runners.length === 0) return "";
  const slowest = [...files].sort((a, b) => b.wallSec - a.wallSec).slice(0, SLOWEST);
  const all = { name: "this computer, in all", ...computer };
  const tables = [table("runner", [...runners, all]), ...(slowest.length > 0 ? [table("slowest files", slowest)] : [])];
  return `${tables.join("\n\n")}\n\n`;
}

function table(title: string, costs: readonly Cost[]): string {
  const right = { hAlign: "right" as const };
  const shown = new Table({ head: [title, "wall", "CPU"], style: { head: [], border: [], compact: true } });
  for (const { name, wallSec, cpuSec } of costs) {
    shown.push([
      name,
      { content: duration(wallSec), ...right },
      { content: cpuSec === undefined ? "?" : duration(cpuSec), ...right },
    ]);
  }
  return shown.toString();
}

/** Minutes and seconds: `1:05` is a minute and five seconds. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function indent(text: string): string[] {
  return text === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`);
}
