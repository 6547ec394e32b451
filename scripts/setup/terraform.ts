import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import { isAtLeast } from "../support/versions";
import { findProgram } from "./tools";

/** The oldest Terraform that does everything the stacks ask for: in 1.11 S3's own lock file for the state became stable. */
const OLDEST_TERRAFORM = "1.11";

/** What is known about the Terraform that will be called. */
export interface Terraform {
  readonly file: string;
  readonly version: string;
  /** Terraform's own word for the platform, such as `linux_amd64`; mirrors are laid out by it. */
  readonly platform: string;
}

const HOW_TO = "install it from https://developer.hashicorp.com/terraform/install and run the command again";

/**
 * Finds Terraform on the PATH and checks its version.
 *
 * @throws CommandError one sentence when it is missing, broken or too old
 */
export async function findTerraform(environment: NodeJS.ProcessEnv = process.env): Promise<Terraform> {
  const file = findProgram("terraform", environment);
  if (file === undefined)
    throw new CommandError(`terraform is not on the PATH: Workbench needs ${OLDEST_TERRAFORM} or newer; ${HOW_TO}`);
  // Nothing of the caller's TF_… variables: this only asks for a version, and must not fail or phone home because of them.
  const env = {
    PATH: environment["PATH"],
    HOME: environment["HOME"],
    CHECKPOINT_DISABLE: "1",
    TF_CLI_CONFIG_FILE: "/dev/null",
  };
  const { stdout, problem } = await ask(file, ["version", "-json"], { env });
  const answer = parseVersion(stdout);
  if (answer === undefined) {
    throw new CommandError(
      `${file} did not say its version (${problem ?? "its answer is not JSON"}): Workbench needs Terraform ${OLDEST_TERRAFORM} or newer; ${HOW_TO}`,
    );
  }
  if (!isAtLeast(answer.version, OLDEST_TERRAFORM)) {
    throw new CommandError(
      `${file} is Terraform ${answer.version}: Workbench needs ${OLDEST_TERRAFORM} or newer; ${HOW_TO}`,
    );
  }
  return { file, ...answer };
}

function parseVersion(text: string): { version: string; platform: string } | undefined {
  try {
    const { terraform_version: version, platform } = JSON.parse(text);
    return typeof version === "string" && typeof platform === "string" ? { version, platform } : undefined;
  } catch {
    return undefined;
  }
}
