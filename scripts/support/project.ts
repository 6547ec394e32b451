import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder: where package.json and cdktf.json are. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Generated files, which git ignores. Removing the folder loses the local AWS, and the time to make the rest again. */
export const generatedDirectory = path.join(projectRoot, ".workbench");

/** Output of the programs that a command ran: one file a step, from the newest run. */
export const logDirectory = path.join(generatedDirectory, "logs");

/** Python environment of the local AWS, the AWS CLI and pytest. */
export const venvDirectory = path.join(generatedDirectory, "venv");

/** The Terraform CLI configuration that set-up writes (`TF_CLI_CONFIG_FILE`). */
export const terraformConfigFile = path.join(generatedDirectory, "terraform.rc");

/** A path for messages: relative to the project when inside it, else unchanged. */
export function shown(file: string): string {
  const relative = path.relative(projectRoot, file);
  return relative === "" || relative.startsWith("..") ? file : relative;
}

/**
 * Files that take long to make and that all clones share: the machines' base root file system, the AWS provider,
 * Packer.
 *
 * @param environment with `XDG_CACHE_HOME` and `HOME`
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment["HOME"] || homedir();
  return path.join(environment["XDG_CACHE_HOME"] || path.join(home, ".cache"), "workbench");
}
