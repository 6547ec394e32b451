import Table from "cli-table3";
import { type Copies, linearity, msPerFurtherCopy } from "./growth";
import type { MeasuredImage } from "./image";
import { type ImagePart, limitOf } from "./image-parts";
import type { MeasuredStart } from "./start";
import { describeSteps } from "./start-steps";
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

/** The provider needs its time to make machines and disks. The rest of a warm start should take less time than that. */
const WAITING_AT_LEAST = 0.5;

/** The table of the times from `npm start` to a prompt on the machine. */
export function startTable(starts: readonly MeasuredStart[]): Report {
  const head = ["npm start to a login, once each", "time", "expected", "what limits it"];
  const table = new Table({ head, colWidths: [34, 10, 40, 75], wordWrap: true, style: { head: [], border: [] } });
  let missed = 0;
  for (const { name, wallMs, steps, waits } of starts) {
    if (waits === undefined) {
      table.push([name, describeTime(wallMs), shareOfImage(steps, wallMs), describeSteps(steps)]);
      continue;
    }
    const share = waits.totalMs / wallMs;
    const met = share >= WAITING_AT_LEAST;
    if (!met) missed += 1;
    const longest = waits.longest.map(({ type, seconds }) => `${type} ${Math.round(seconds)} s`).join(", ");
    const verdict = `bounded by the provider's own waits, at least half of it: ${word(met)} (${Math.round(share * 100)} %)`;
    table.push([name, describeTime(wallMs), verdict, `${describeSteps(steps)}; the provider's waits: ${longest}`]);
  }
  return { text: table.toString(), missed };
}

/** "the image: 73 % of it", if an image was built. */
function shareOfImage(steps: MeasuredStart["steps"], wallMs: number): string {
  const image = steps.find(({ title }) => title === "image");
  return image ? `the image: ${Math.round((image.seconds / (wallMs / 1000)) * 100)} % of it` : "";
}

/** Parts of a build that are shorter than this, in milliseconds, share one line. */
const SHORT_PART_MS = 1000;

/** The table of a build of the workbench image: parts, limits, and the image's contents. It has no expectations. */
export function imageTable({ name, wallMs, parts, size, largest }: MeasuredImage): Report {
  const head = ["packer build", "time", "share", "CPU", "fetched", "what limits it"];
  const table = new Table({
    head,
    colWidths: [26, 10, 8, 10, 10, 78],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  const long = parts.filter((part) => part.wallMs >= SHORT_PART_MS);
  const short = parts.filter((part) => part.wallMs < SHORT_PART_MS);
  const row = (part: ImagePart, limit: string) => [
    part.name,
    seconds(part.wallMs),
    `${Math.round((part.wallMs / wallMs) * 100)} %`,
    seconds(part.cpuMs),
    mebibytes(part.receivedBytes / 1024),
    limit,
  ];
  for (const part of long) table.push(row(part, limitOf(part)));
  if (short.length > 0) table.push(row(sum(`${short.length} parts below a second`, short), ""));
  const [first] = [...long].sort((a, b) => b.wallMs - a.wallMs);
  const longest = first ? `${first.name} takes longest: ${limitOf(first)}` : "";
  table.push(row(sum("all of it", parts), longest));
  const folders = largest.map(({ folder, kib }) => `${folder} ${mebibytes(kib)}`).join(", ");
  const text = [
    table.toString(),
    `On the disk ${name} adds ${mebibytes(size.addedKiB)} to the base's ${mebibytes(size.baseKiB)}: ${folders}.`,
    "CPU: processor time of the build machine, whose disk is this computer's.",
    "Fetched: the bytes that the build machine received over the network.",
    "The processor limits a part that runs on it, or waits for it, for at least 60 % of the part's time.",
  ].join("\n");
  return { text, missed: 0 };
}

function sum(name: string, parts: readonly ImagePart[]): ImagePart {
  const of = (value: (part: ImagePart) => number) => parts.reduce((total, part) => total + value(part), 0);
  return {
    name,
    wallMs: of((part) => part.wallMs),
    cpuMs: of((part) => part.cpuMs),
    stalledMs: of((part) => part.stalledMs),
    receivedBytes: of((part) => part.receivedBytes),
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function mebibytes(kib: number): string {
  return `${Math.round(kib / 1024)} MiB`;
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
