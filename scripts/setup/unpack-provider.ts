import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CommandError, InterruptedError } from "../support/command-error";
import { runLogged } from "../support/run-logged";
import type { ProviderMirror } from "./provider-mirror";

/** For 150 MB over a slow line. */
const LIMIT_SEC = 1800;

/** Which provider is unpacked, where it comes from, and where it goes. */
export interface Unpacking {
  /** The Terraform that does it. */
  readonly terraform: string;
  /** As Terraform writes it: `registry.terraform.io/hashicorp/aws`. */
  readonly source: string;
  readonly version: string;
  /** A packed mirror. @default the registry */
  readonly from?: ProviderMirror;
  /** A folder that becomes an unpacked mirror; what else it holds stays. */
  readonly to: string;
}

/**
 * Has Terraform fetch, check and unpack a provider: once, so that any number of `terraform init` at once only read it. In
 * Terraform's own plugin cache, two that write at one moment may spoil what the other reads.
 *
 * @throws CommandError one sentence when it cannot be fetched
 */
export async function unpackProvider({ terraform, source, version, from, to }: Unpacking): Promise<void> {
  mkdirSync(to, { recursive: true });
  const temporary = mkdtempSync(path.join(to, ".partial-"));
  try {
    const wanted = { aws: { source, version } };
    writeFileSync(path.join(temporary, "main.tf.json"), JSON.stringify({ terraform: { required_providers: wanted } }));
    await runLogged({
      name: "terraform init of the AWS provider",
      file: terraform,
      args: ["init", "-input=false", "-no-color", ...(from ? [`-plugin-dir=${from.path}`] : [])],
      cwd: temporary,
      env: { ...withoutTerraforms(process.env), TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" },
      timeoutSec: LIMIT_SEC,
    }).catch(explain(`${source} ${version}`, from));
    const place = path.join(...source.split("/"), version);
    mkdirSync(path.dirname(path.join(to, place)), { recursive: true });
    moveUnlessThere(path.join(temporary, ".terraform", "providers", place), path.join(to, place));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Nothing of the caller's TF_… variables: they may name other places to install from. */
function withoutTerraforms(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("TF_")));
}

function explain(provider: string, from: ProviderMirror | undefined): (error: unknown) => never {
  return (error) => {
    if (error instanceof InterruptedError || !(error instanceof CommandError)) throw error;
    const fix = from
      ? `put a whole archive into the mirror ${from.path}, or remove it`
      : "reach registry.terraform.io, or put the provider into ~/.terraform.d/plugins, and run the command again";
    throw new CommandError(`provider ${provider} cannot be installed: ${error.message}; ${fix}`);
  };
}

/** Another clone may have unpacked it meanwhile. */
function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
