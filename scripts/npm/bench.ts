import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { measureSynthesis } from "../bench/synthesis";
import { CommandError } from "../support/command-error";
import { runTask } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";

const MOST_RUNS = 100;
const USAGE = `usage: npm run bench [-- --runs <number>]
  --runs  runs of each way to synthesize (default: 5)`;

await runCommand(async (args) => {
  const runs = readRuns(args);
  const temporary = mkdtempSync(path.join(tmpdir(), "workbench-bench-"));
  try {
    const { text, missed } = await runTask(`Measure synthesis, ${runs} times each way`, (report) =>
      measureSynthesis(runs, temporary, report),
    );
    process.stdout.write(`\n${text}\n`);
    if (missed > 0) throw new CommandError(`${missed} of the expectations above ${missed === 1 ? "is" : "are"} MISSED`);
    return 0;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
});

function readRuns(args: readonly string[]): number {
  const { runs } = readOptions(args, { runs: { type: "string", default: "5" } }, USAGE);
  const number = Number(runs);
  if (Number.isInteger(number) && number >= 1 && number <= MOST_RUNS) return number;
  throw new CommandError(`--runs: expected a whole number from 1 to ${MOST_RUNS}, got "${runs}"; ${USAGE}`, 2);
}
