import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../support/command-error";
import { shown } from "../support/project";
import { runLogged } from "../support/run-logged";
import { logFileOf } from "../support/spawn-logged";
import { parseEvent } from "../terraform/events";
import { Failure } from "../terraform/failure";
import { mirrorAt, type ProviderMirror, type WantedProvider } from "./provider-mirror";

/** Allows for 150 MB over a slow line. */
const LIMIT_SEC = 1800;

/** Where a provider comes from, and where to unpack it. */
export interface Unpacking {
  /** The Terraform that unpacks it. */
  readonly terraform: string;
  /** A packed mirror. @default the registry */
  readonly from?: ProviderMirror;
  /** The folder that becomes an unpacked mirror. Its other files stay. */
  readonly to: string;
}

/**
 * Has Terraform fetch, check and unpack a provider once. After that, any number of concurrent `terraform init` only
 * read it. Terraform's own plugin cache will not do: two concurrent writers may corrupt the provider for each other.
 *
 * @throws CommandError one sentence when Terraform cannot fetch it
 */
export async function unpackProvider(
  wanted: WantedProvider,
  { terraform, from, to }: Unpacking,
): Promise<ProviderMirror> {
  const { source, version, platform } = wanted;
  mkdirSync(path.dirname(to), { recursive: true });
  // Keep this out of the mirror, because every `terraform init` walks through the mirror.
  const temporary = mkdtempSync(`${to}.partial-`);
  try {
    const required = { [path.basename(source)]: { source, version } };
    writeFileSync(
      path.join(temporary, "main.tf.json"),
      JSON.stringify({ terraform: { required_providers: required } }),
    );
    await initialize(wanted, { terraform, from, to }, temporary);
    const place = path.join(...source.split("/"), version, platform);
    mkdirSync(path.dirname(path.join(to, place)), { recursive: true });
    moveUnlessThere(path.join(temporary, ".terraform", "providers", place), to, wanted);
    return { path: to, layout: "unpacked" };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function initialize({ source, version }: WantedProvider, { terraform, from }: Unpacking, cwd: string) {
  const name = `unpack ${source}`;
  const failure = new Failure();
  const exitCode = await runLogged({
    name,
    file: terraform,
    args: ["init", "-json", "-input=false", ...(from ? [`-plugin-dir=${from.path}`] : [])],
    cwd,
    env: { ...withoutTerraforms(process.env), TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" },
    timeoutSec: LIMIT_SEC,
    onLine: (line) => failure.follow(line, parseEvent(line)),
    allowedExitCodes: "any",
  });
  if (exitCode === 0) return;
  const fix = from
    ? `put a whole archive into the mirror ${from.path}, or remove it`
    : "make the registry reachable, or put what `terraform providers mirror` gives into ~/.terraform.d/plugins";
  throw new CommandError(
    `provider ${source} ${version} cannot be unpacked: ${failure.sentence()}; ` +
      `${fix}, and run the command again; see ${shown(logFileOf(name))}`,
  );
}

/** Removes the caller's TF_… variables, because they may name other sources of providers. */
function withoutTerraforms(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("TF_")));
}

/** Moves the provider into the mirror, unless another clone has unpacked it there in the meantime. */
function moveUnlessThere(from: string, mirror: string, wanted: WantedProvider): void {
  try {
    renameSync(from, path.join(mirror, ...wanted.source.split("/"), wanted.version, wanted.platform));
  } catch (error) {
    if (mirrorAt(mirror, wanted)?.layout !== "unpacked") throw error;
  }
}
