import { writeFileSync } from "node:fs";
import path from "node:path";
import { program } from "../support/program";
import { projectRoot } from "../support/project";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";

const { settingsDocuments } = program("settings/documents/documents");
const { definitions } = program("stacks/definitions");
const { settingsSchema } = program("stacks/settings");

const USAGE = "usage: npm run settings:generate, without arguments; run it after you change a setting's schema";

await runCommand(async (args) => {
  readOptions(args, {}, USAGE);
  const names = definitions.map(({ name }) => name);
  for (const { file, text } of settingsDocuments(settingsSchema.sections, names)) {
    writeFileSync(path.join(projectRoot, file), text);
    process.stdout.write(`${file}\n`);
  }
  return 0;
});
