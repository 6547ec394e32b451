import { writeFileSync } from "node:fs";
import { callProgram, program } from "../support/program";
import { shown } from "../support/project";
import { readOptions } from "../support/read-options";
import { runCommand } from "../support/run-command";

const { generatedFiles } = program("packer/generated-files");

const USAGE = `usage: npm run packer:generate, without arguments: writes the checked-in templates
       WORKBENCH_ENV=<environment> npm run packer:generate: also writes that environment's values, for
       packer build -var-file=packer/<image>/<environment>.pkrvars.hcl packer/<image>`;

await runCommand(async (args) => {
  readOptions(args, {}, USAGE);
  for (const { file, text } of await callProgram(() => generatedFiles(process.env))) {
    writeFileSync(file, text);
    process.stdout.write(`${shown(file)}\n`);
  }
  return 0;
});
