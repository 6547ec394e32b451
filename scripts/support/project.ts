import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder: where package.json and cdktf.json are. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Everything that is generated here; git ignores it, and removing it loses nothing but time and the local AWS. */
export const generatedDirectory = path.join(projectRoot, ".workbench");

/** Where each run leaves the output of what it called: one file a step, the newest run only. */
export const logDirectory = path.join(generatedDirectory, "logs");

/** The Python environment that the local AWS, the AWS CLI and pytest run from. */
export const venvDirectory = path.join(generatedDirectory, "venv");

/** The Terraform CLI configuration that set-up writes (`TF_CLI_CONFIG_FILE`). */
export const terraformConfigFile = path.join(generatedDirectory, "terraform.rc");

/** A path as people want to read it: relative to the project when inside it, else as it is. */
export function shown(file: string): string {
  const relative = path.relative(projectRoot, file);
  return relative === "" || relative.startsWith("..") ? file : relative;
}

/**
 * What is costly to make and the same for every clone: the machines' base root file system, the AWS provider, Packer.
 *
 * @param environment where `XDG_CACHE_HOME` and `HOME` are read from
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment["HOME"] || homedir();
  return path.join(environment["XDG_CACHE_HOME"] || path.join(home, ".cache"), "workbench");
}
