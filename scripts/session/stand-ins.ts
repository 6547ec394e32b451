import type { StandIn } from "../../stacks/define-stack";
import type { Settings } from "../../stacks/settings";
import type { LocalEndpoint } from "../aws/aws-calls";
import { LocalRegistry } from "../containers/local-registry";
import { program } from "../support/program";
import { settingValue } from "./stack-images";

const { definitions } = program("stacks/definitions");
const { variableName } = program("settings/load/environment-variables");

/** An image of containers that a stack needs and nobody can pull here. */
export interface FoundStandIn extends StandIn {
  readonly stack: string;
  /** Digest of the image that was pushed last. Undefined: none was, or its repository is not there. */
  readonly digest?: string;
}

/**
 * The stand-ins of every stack whose settings name no image of their own.
 *
 * @throws CommandError one sentence when the local AWS does not answer the call
 */
export async function findStandIns(local: LocalEndpoint, settings: Settings): Promise<readonly FoundStandIn[]> {
  const wanted = definitions.flatMap(({ name, standIns }) =>
    (standIns?.(settings) ?? [])
      .filter(({ setting }) => settingValue(setting, settings) === null)
      .map((standIn) => ({ ...standIn, stack: name })),
  );
  if (wanted.length === 0) return [];
  const registry = await LocalRegistry.of(local, settings.aws.region);
  return Promise.all(
    wanted.map(async (standIn) => ({ ...standIn, digest: await registry.newestDigest(standIn.repository) })),
  );
}

/** The variables that name the images of stand-ins. */
export function standInVariables(standIns: readonly FoundStandIn[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    standIns.flatMap(({ setting, digest }) =>
      digest === undefined ? [] : [[variableName(setting.split(".")), digest]],
    ),
  );
}
