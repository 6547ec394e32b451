import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import { isAtLeast } from "../support/versions";
import { findProgram } from "./tools";

/** The stacks lock their state with S3's own lock file, which became stable in Terraform 1.11. */
const OLDEST_TERRAFORM = "1.11";

/** The Terraform to call. */
export interface Terraform {
  readonly file: string;
  readonly version: string;
  /** Terraform's name of the platform, such as `linux_amd64`. It is a folder name in mirrors. */
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
  // Leave out the caller's TF_… variables: they could make this version check fail, or phone home.
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
      `${file} did not say its version (${problem ?? "its answer is not JSON"}): ` +
        `Workbench needs Terraform ${OLDEST_TERRAFORM} or newer; ${HOW_TO}`,
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
