import { type AccountSettings, ImageAccount } from "../images/image-account";
import { judgeImages, type Verdict } from "../images/old-images";
import { CommandError } from "../support/command-error";
import { confirm } from "../support/confirm";
import { callProgram, program } from "../support/program";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";

const { loadSections } = program("stacks/settings");

const USAGE = `Lists this project's machine images. Keeps the newest N of each image and architecture, and every older image that
a machine still uses. Retires the rest, and deletes their snapshots.

usage: npm run packer:retire -- --keep N [--yes]
       --keep N   number of images to keep of each image and architecture, at least 1
       --yes      retires without asking

WORKBENCH_ENV=<environment> chooses the settings: project, region and profile.
`;

await runCommand(async (args) => {
  const { keep, yes } = readArguments(args);
  const settings = callProgram(() => loadSections(["project", "aws"]));
  const account = await ImageAccount.open(settings);
  const [images, machines] = await Promise.all([account.images(), account.machines()]);
  const verdicts = judgeImages(images, machines, keep);
  const old = verdicts.filter(({ retire }) => retire).map(({ image }) => image);
  process.stdout.write(`${place(settings)}\n`);
  process.stdout.write(verdicts.length === 0 ? "This project has no images here.\n" : verdicts.map(line).join(""));
  const orphans = await account.orphanedSnapshots();
  for (const snapshot of orphans) process.stdout.write(`delete ${snapshot}: its image is gone\n`);
  if (old.length + orphans.length === 0) return 0;
  const snapshots = old.flatMap(({ snapshotIds }) => snapshotIds).length + orphans.length;
  const what = `Retire ${counted(old.length, "image")} and delete ${counted(snapshots, "snapshot")}`;
  if (!yes) await confirm(`${what} in ${settings.aws.region}?`, "nothing was retired");
  for (const { id, name, snapshotIds } of old) {
    await account.deregister(id);
    for (const snapshot of snapshotIds) await account.deleteSnapshot(snapshot);
    process.stdout.write(`retired ${name}\n`);
  }
  for (const snapshot of orphans) await account.deleteSnapshot(snapshot);
  return 0;
});

function place({ project, aws }: AccountSettings): string {
  return `project ${project}, ${aws.region}${aws.profile === null ? "" : `, profile ${aws.profile}`}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function line({ image, retire, why }: Verdict): string {
  return `${retire ? "retire" : "keep  "} ${image.name} (${image.id}, ${image.createdAt}): ${why}\n`;
}

function readArguments(args: readonly string[]): { keep: number; yes: boolean } {
  const options = { keep: { type: "string" }, yes: { type: "boolean", default: false } } as const;
  const { keep, yes } = readOptions(args, options, USAGE, ["keep"]);
  if (!/^[1-9]\d{0,3}$/.test(keep)) {
    throw new CommandError(`--keep: expected a whole number from 1 to 9999, got "${keep}"`, 2);
  }
  return { keep: Number(keep), yes };
}
