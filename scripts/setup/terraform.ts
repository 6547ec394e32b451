import { execa } from "execa";
import { CommandError } from "../support/command-error";
import { findProgram } from "./tools";

/** The oldest Terraform that does everything the stacks ask for: in 1.11 S3's own lock file for the state became stable. */
const OLDEST_TERRAFORM = [1, 11] as const;

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
  const oldest = OLDEST_TERRAFORM.join(".");
  const file = findProgram("terraform", environment);
  if (file === undefined)
    throw new CommandError(`terraform is not on the PATH: Workbench needs ${oldest} or newer; ${HOW_TO}`);
  // Nothing of the caller's TF_… variables: this only asks for a version, and must not fail or phone home because of them.
  const env = {
    PATH: environment["PATH"],
    HOME: environment["HOME"],
    CHECKPOINT_DISABLE: "1",
    TF_CLI_CONFIG_FILE: "/dev/null",
  };
  const asked = await execa(file, ["version", "-json"], {
    env,
    extendEnv: false,
    reject: false,
    timeout: 20_000,
    stdin: "ignore",
  });
  const answer = parseVersion(String(asked.stdout));
  if (answer === undefined) {
    throw new CommandError(
      `${file} did not say its version (${asked.shortMessage ?? "its answer is not JSON"}): Workbench needs Terraform ${oldest} or newer; ${HOW_TO}`,
    );
  }
  const [major = 0, minor = 0] = answer.version.split(".").map((part) => Number.parseInt(part, 10));
  if (major < OLDEST_TERRAFORM[0] || (major === OLDEST_TERRAFORM[0] && minor < OLDEST_TERRAFORM[1])) {
    throw new CommandError(`${file} is Terraform ${answer.version}: Workbench needs ${oldest} or newer; ${HOW_TO}`);
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
