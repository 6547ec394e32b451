import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { UserError } from "../settings/user-error";
import { generatedFiles } from "./generated-files";

/**
 * `npm run packer:generate`: writes the checked-in templates, and with WORKBENCH_ENV=<environment> also that environment's
 * values, for `packer build -var-file=packer/<image>/<environment>.pkrvars.hcl packer/<image>`.
 */
async function main(): Promise<void> {
  try {
    for (const { file, text } of await generatedFiles(process.env)) {
      writeFileSync(file, text);
      console.log(relative(process.cwd(), file));
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

void main();
