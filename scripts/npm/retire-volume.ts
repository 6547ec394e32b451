import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NumberedVolumes } from "../../stacks/define-stack";
import { confirm } from "../support/confirm";
import { callProgram, program } from "../support/program";
import { runTask } from "../support/progress";
import { projectRoot } from "../support/project";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";
import { StackState } from "../terraform/stack-state";
import { synthesize } from "../terraform/synthesize";
import { chooseVolume } from "../volumes/choose-volume";
import { prepareRetirement, type Retirement, retireVolume, snapshotOfRetired } from "../volumes/retire-volume";
import { VolumeAccount } from "../volumes/volume-account";

const { definitions, dependentsOf } = program("stacks/definitions");
const { loadSettings, settingsOf } = program("stacks/settings");

const POLL_MS = 5_000;

const USAGE = `Retires the last of a stack's data volumes: takes a snapshot, waits until it is complete, takes the
volume out of Terraform's state, and deletes it. If it is cut off, run it again. A volume that a machine has is not
retired: first lower the number of volumes of the stack that uses it, and deploy that one.

usage: npm run volume:retire -- --stack NAME --index N [--yes]
       --stack NAME   the stack that has the volumes, with numberedVolumes in its definition
       --index N      number of the last volume; the first one, 0, goes with its stack
       --yes          retires without asking

WORKBENCH_ENV=<environment> chooses the settings.
`;

await runCommand(async (args) => {
  const options = {
    stack: { type: "string" },
    index: { type: "string" },
    yes: { type: "boolean", default: false },
  } as const;
  const { yes, ...given } = readOptions(args, options, USAGE, ["stack", "index"]);
  const { definition, index } = chooseVolume(definitions, given.stack, given.index);
  const stack = definition.name;
  const settings = callProgram(() => loadSettings());
  const { project, environment, aws } = settings;
  const { count, identifyingTags } = definition.numberedVolumes(settingsOf(definition, settings));
  const outdir = process.env["CDKTF_OUTDIR"] || path.join(projectRoot, "cdktf.out");
  const place = await runTask("Read the state", async () => {
    const written = await synthesize({ ...process.env, CDKTF_OUTDIR: outdir });
    const synthesized = written.find(({ name }) => name === stack);
    if (synthesized === undefined) throw new Error(`${stack}: expected the program to write it`);
    return {
      account: await VolumeAccount.open(aws, identifyingTags),
      state: await StackState.open(synthesized),
      environment,
      users: dependentsOf(stack),
      now: () => new Date().toISOString(),
      pause: () => sleep(POLL_MS),
    };
  });
  process.stdout.write(`project ${project}, environment ${environment}, ${aws.region}\n`);
  const before = await snapshotOfRetired(place, index);
  if (before !== undefined) {
    process.stdout.write(`data volume ${index} is retired already: its data is in ${before.id}\n`);
  } else {
    const retirement = await prepareRetirement(place, index, stack);
    process.stdout.write(steps(retirement));
    if (!yes) await confirm(`Retire data volume ${index} of ${stack}?`, "nothing was retired");
    const snapshot = await runTask(`Retire data volume ${index}`, (report) => retireVolume(place, retirement, report));
    process.stdout.write(`retired data volume ${index}: its data is in ${snapshot}\n`);
  }
  process.stdout.write(`${settingHint(stack, count, index)}\n`);
  return 0;
});

function steps({ volume, addresses, snapshot }: Retirement): string {
  const { id, sizeGiB, tags } = volume;
  const lines = [
    `${tags["Name"]} (${id}, ${sizeGiB} GiB): ${tags["Holds"]}`,
    snapshot === undefined ? "take a snapshot, and wait until it is complete" : `wait for the snapshot ${snapshot.id}`,
    ...(addresses.length === 0 ? [] : [`take out of the state: ${addresses.join(", ")}`]),
    `delete ${id}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** What the setting that gives the number must be from now on, and what the next deploy then does. */
function settingHint(stack: string, { setting, value }: NumberedVolumes["count"], index: number): string {
  // The state still has the outputs of the last deploy.
  const next = `The next deploy of ${stack} then changes nothing but its outputs.`;
  if (value > index)
    return `Set ${setting} to ${index} before the next deploy: with ${value}, it makes a blank volume. ${next}`;
  if (value === index) return `${setting} is ${index} already. ${next}`;
  return `${setting} is ${value}: data volume ${index - 1} is the next to retire.`;
}
