import { type BenchCommand, copiesCommand, type SynthCommands, synthCommands } from "./commands";
import { copyCounts } from "./growth";
import type { Measurement } from "./measure";
import { profileParts } from "./profile";
import { describeShares, growthTable, type Line, type Report, synthTable } from "./report";
import { type Runs, runRounds } from "./rounds";
import { ratio, summarize } from "./statistics";

const APP_AT_MOST_TIMES_THE_FLOOR = 2.5;
const TEMPLATE_AT_LEAST_TIMES_THE_APP = 3;

const NOTES = [
  "All commands run in turn, round by round. A ratio is the median of the ratios of all rounds.",
  "CPU: processor time of all threads. MiB: the sum of the peaks of all Node.js processes.",
  "What limits a line: shares of its main thread's time in CPU profiles.",
].join("\n");

/** How many profiles show what limits a line. */
const PROFILES = 3;

/**
 * Measures every way to synthesize, and how the time grows with the number of copies. Profiles each command to find
 * what limits it.
 *
 * @param rounds how often to measure each command
 * @param temporary folder for all output
 * @param report called with the command that runs
 */
export async function measureSynthesis(
  rounds: number,
  temporary: string,
  report: (progress: string) => void,
): Promise<Report> {
  const synth = synthCommands(temporary);
  const copies = copyCounts.map((count) => ({ count, command: copiesCommand(count, temporary) }));
  const all = [synth.floor, synth.app, synth.cdktf, synth.template, ...copies.map(({ command }) => command)];
  const runs = await runRounds(all, rounds, temporary, report);
  const limits = async (command: BenchCommand): Promise<string> => {
    report(`profiling: ${command.name}`);
    return describeShares(await profileParts(command, PROFILES, temporary));
  };
  const synthesis = synthTable(await synthLines(synth, runs, limits));
  const growth = growthTable(
    copies.map(({ count, command }) => ({ copies: count, summary: summarize(runsOf(runs, command)) })),
    await limits(copiesCommand(Math.max(...copyCounts), temporary)),
  );
  return { text: [synthesis.text, growth.text, NOTES].join("\n\n"), missed: synthesis.missed + growth.missed };
}

async function synthLines(
  { floor, app, cdktf, template, templateProgram }: SynthCommands,
  runs: Runs,
  limits: (command: BenchCommand) => Promise<string>,
): Promise<Line[]> {
  const of = (command: BenchCommand) => ({ name: command.name, summary: summarize(runsOf(runs, command)) });
  const times = (command: BenchCommand, base: BenchCommand) => ratio(runsOf(runs, command), runsOf(runs, base));
  const ofTheCli = Math.round((1 - times(app, cdktf)) * 100);
  return [
    { ...of(floor), limits: await limits(floor) },
    {
      ...of(app),
      compared: { base: "floor", times: times(app, floor) },
      expected: { atMost: APP_AT_MOST_TIMES_THE_FLOOR },
      limits: await limits(app),
    },
    {
      ...of(cdktf),
      compared: { base: "app", times: times(cdktf, app) },
      limits: `npx and the cdktf command itself ${ofTheCli} %, the app ${100 - ofTheCli} %`,
    },
    {
      ...of(template),
      compared: { base: "app", times: times(template, app) },
      expected: { atLeast: TEMPLATE_AT_LEAST_TIMES_THE_APP },
      limits: await limits(templateProgram),
    },
  ];
}

function runsOf(runs: Runs, command: BenchCommand): readonly Measurement[] {
  return runs.get(command.name) ?? [];
}
