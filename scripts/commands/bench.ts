import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inFreshLocalAws, measureImage } from "../bench/image";
import { imageTable, startTable } from "../bench/report";
import { measureStart } from "../bench/start";
import { measureSynthesis } from "../bench/synthesis";
import { ensurePacker } from "../setup/packer";
import { CommandError } from "../support/command-error";
import { runTask } from "../support/progress";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";

const MOST_RUNS = 100;
const USAGE = `usage: npm run bench [-- --runs <number> | --start | --image]
  --runs   how often each way to synthesize is measured, 5 when not given
  --start  measures npm start instead, from a fresh clone on; takes half an hour
  --image  measures packer build packer/workbench instead, in an empty local AWS; takes minutes`;

const NOTES = `All ways run in turn, round by round; a ratio is the middle of the rounds' own ratios. CPU: processor time of all threads;
MiB: the peaks of all Node.js processes added up. What limits a line: shares of its main thread's time in CPU profiles.`;

await runCommand(async (args) => {
  const { runs, start, image } = readArguments(args);
  const measured = start ? benchStart() : image ? benchImage() : benchSynthesis(runs);
  process.stdout.write(`\n${await measured}\n`);
  return 0;
});

async function benchSynthesis(runs: number): Promise<string> {
  const temporary = mkdtempSync(path.join(tmpdir(), "workbench-bench-"));
  try {
    const tables = await runTask(`Measure synthesis, ${runs} times each way`, (report) =>
      measureSynthesis(runs, temporary, report),
    );
    return [tables.synthesis, tables.growth, NOTES].join("\n\n");
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function benchStart(): Promise<string> {
  return startTable(await runTask("Measure npm start (takes half an hour)", measureStart));
}

async function benchImage(): Promise<string> {
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
}

function readArguments(args: readonly string[]): Arguments {
  const { runs, start, image } = readOptions(
    args,
    {
      runs: { type: "string", default: "5" },
      start: { type: "boolean", default: false },
      image: { type: "boolean", default: false },
    },
    USAGE,
  );
  if (start && image) throw new CommandError(`--start, --image: expected one of them; ${USAGE}`, 2);
  const number = Number(runs);
  if (Number.isInteger(number) && number >= 1 && number <= MOST_RUNS) return { runs: number, start, image };
  throw new CommandError(`--runs: expected a whole number from 1 to ${MOST_RUNS}, got "${runs}"; ${USAGE}`, 2);
}
