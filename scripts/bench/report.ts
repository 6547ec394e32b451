import Table from "cli-table3";
import { type Copies, linearity, msPerFurtherCopy } from "./growth";
import type { Summary } from "./statistics";

/** A measurement as people read it. */
export interface Report {
  readonly text: string;
  /** How many of its expectations were missed. */
  readonly missed: number;
}

/** One line of a table: the command, its time and memory, the expectation, and what limits it. */
export interface Line {
  readonly name: string;
  readonly summary: Summary;
  /** The command to compare with, and how many times as long this one takes. @default no comparison */
  readonly compared?: { readonly base: string; readonly times: number };
  /** @default no expectation */
  readonly expected?: Expectation;
  readonly limits: string;
}

/** The highest or the lowest ratio that is expected of a line. */
export type Expectation = { readonly atMost: number } | { readonly atLeast: number };

/** Columns of both tables, so that they line up. */
const HEAD = ["min", "median", "CPU", "MiB"];
const WIDTHS = [28, 9, 9, 9, 6, 18, 20, 58];

/** The table that compares the ways to synthesize. */
export function synthTable(lines: readonly Line[]): Report {
  const table = newTable(["synthesis", ...HEAD, "ratio", "expected", "what limits it"]);
  let missed = 0;
  for (const { name, summary, compared, expected, limits } of lines) {
    const ratio = compared ? `${compared.times.toFixed(2)} × the ${compared.base}` : "";
    const verdict = expected && compared ? describeExpectation(expected, compared.times) : "";
    if (expected && compared && !isMet(expected, compared.times)) missed += 1;
    table.push([name, ...figures(summary), ratio, verdict, limits]);
  }
  return { text: table.toString(), missed };
}

/** The table that shows how the time grows with the number of copies. */
export function growthTable(sizes: readonly Copies[], limits: string): Report {
  const table = newTable(["copies in one process", ...HEAD, "CPU ms a further copy", "expected", "what limits it"]);
  for (const [index, size] of sizes.entries()) {
    const before = sizes[index - 1];
    const perCopy = before ? msPerFurtherCopy(before, size).toFixed(1) : "";
    const last = index === sizes.length - 1;
    table.push([size.copies, ...figures(size.summary), perCopy, last ? growthVerdict(sizes) : "", last ? limits : ""]);
  }
  return { text: table.toString(), missed: linearity(sizes).met ? 0 : 1 };
}

function growthVerdict(sizes: readonly Copies[]): string {
  const { times, met, limit } = linearity(sizes);
  return `linear: the last cost ≤ ${limit} × those before: ${word(met)} (${times.toFixed(2)} ×)`;
}

/** "≤ 2.5 ×: met". */
export function describeExpectation(expected: Expectation, times: number): string {
  const limit = "atMost" in expected ? `≤ ${expected.atMost}` : `≥ ${expected.atLeast}`;
  return `${limit} ×: ${word(isMet(expected, times))}`;
}

function isMet(expected: Expectation, times: number): boolean {
  return "atMost" in expected ? times <= expected.atMost : times >= expected.atLeast;
}

/** The parts with a share of at least `least`: "loading cdktf 38 %, starting tsx 24 %". */
export function describeShares(shares: ReadonlyMap<string, number>, least = 0.03): string {
  const worthSaying = [...shares].filter(([, share]) => share >= least);
  return worthSaying.map(([part, share]) => `${part} ${Math.round(share * 100)} %`).join(", ");
}

/** Milliseconds below 10 s, and seconds from there on. */
export function describeTime(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function figures({ minMs, medianMs, cpuMs, peakMiB }: Summary): string[] {
  return [...[minMs, medianMs, cpuMs].map(describeTime), peakMiB.toFixed(0)];
}

function word(met: boolean): string {
  return met ? "met" : "MISSED";
}

function newTable(head: string[]): InstanceType<typeof Table> {
  return new Table({ head, colWidths: WIDTHS, wordWrap: true, style: { head: [], border: [] } });
}
