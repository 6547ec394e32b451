import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inFreshLocalAws, measureImage } from "../bench/image";
import { imageTable, type Report, startTable } from "../bench/report";
import { measureStart } from "../bench/start";
import { measureSynthesis } from "../bench/synthesis";
import { ensurePacker } from "../setup/packer";
import { CommandError } from "../support/command-error";
import { runTask } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";

const MOST_RUNS = 100;
const USAGE = `usage: npm run bench [-- [--runs <number>] [--image] [--start] [--all]]
  --runs   runs of each way to synthesize (default: 5)
  --image  measures packer build packer/workbench instead, in an empty local AWS; takes minutes
  --start  measures npm start instead, first in a fresh clone; takes half an hour
  --all    measures synthesis, the image's build and npm start`;
const THE_REST =
  "Not measured: the image's build (npm run bench -- --image, minutes) " +
  "and npm start (-- --start, half an hour). -- --all measures everything.";

await runCommand(async (args) => {
  const { runs, start, image, all } = readArguments(args);
  const onlySynthesis = !start && !image && !all;
  const measurements = [
    ...(all || onlySynthesis ? [() => benchSynthesis(runs)] : []),
    ...(all || image ? [benchImage] : []),
    ...(all || start ? [benchStart] : []),
  ];
  let missed = 0;
  for (const measure of measurements) {
    const report = await measure();
    process.stdout.write(`\n${report.text}\n`);
    missed += report.missed;
  }
  if (onlySynthesis) process.stdout.write(`\n${THE_REST}\n`);
  if (missed > 0) throw new CommandError(`${missed} of the expectations above ${missed === 1 ? "is" : "are"} MISSED`);
  return 0;
});

async function benchSynthesis(runs: number): Promise<Report> {
  const temporary = mkdtempSync(path.join(tmpdir(), "workbench-bench-"));
  try {
    return await runTask(`Measure synthesis, ${runs} times each way`, (report) =>
      measureSynthesis(runs, temporary, report),
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function benchStart(): Promise<Report> {
  return startTable(await runTask("Measure npm start (takes half an hour)", measureStart));
}

async function benchImage(): Promise<Report> {
  const packer = await ensurePacker();
  const title = "Measure packer build packer/workbench (takes minutes)";
  return inFreshLocalAws(async (session) =>
    imageTable(await runTask(title, (report) => measureImage(session, packer, report))),
  );
}

interface Arguments {
  readonly runs: number;
  readonly start: boolean;
  readonly image: boolean;
  readonly all: boolean;
}

function readArguments(args: readonly string[]): Arguments {
  const options = {
    runs: { type: "string", default: "5" },
    start: { type: "boolean", default: false },
    image: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
  } as const;
  const { runs, ...what } = readOptions(args, options, USAGE);
  const number = Number(runs);
  if (Number.isInteger(number) && number >= 1 && number <= MOST_RUNS) return { runs: number, ...what };
  throw new CommandError(`--runs: expected a whole number from 1 to ${MOST_RUNS}, got "${runs}"; ${USAGE}`, 2);
}
