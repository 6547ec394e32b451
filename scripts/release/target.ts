import type { Settings } from "../../stacks/settings";
import type { AwsPlace } from "../aws/aws-calls";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";

const { clusterName, releaseParameterNames, repositoryName, serviceNames } = program("stacks/names/containers");
const { typedCommand } = program("settings/typed-command");

/** A service that can be released, and the names of what belongs to it. */
export interface ReleaseTarget extends AwsPlace {
  readonly service: string;
  readonly cluster: string;
  /** Family of its task definitions. */
  readonly family: string;
  /** Name of its repository in ECR. */
  readonly repository: string;
  readonly logGroup: string;
  readonly parameters: ReturnType<typeof releaseParameterNames>;
  /** Platform of the host, as Docker names it. */
  readonly platform: string;
  /** `WORKBENCH_ENV`, for commands in messages. */
  readonly environment: string;
  /** The command that deploys the stacks of the service. */
  readonly deployCommand: string;
}

/**
 * The service to release.
 *
 * @throws CommandError one sentence: there is no such service, it has no repository, or a setting chooses its image
 */
export function releaseTarget(settings: Settings, service: string): ReleaseTarget {
  const { aws, ecs, environment } = settings;
  const images: Record<string, { readonly setting: string; readonly image: string | null }> = {
    couchdb: { setting: "ecs.couchdb.image", ...ecs.couchdb },
    "grand-central": { setting: "ecs.grandCentral.image", ...ecs.grandCentral },
    ...Object.fromEntries(
      Object.entries(ecs.services).map(([name, each]) => [name, { setting: `ecs.services.${name}.image`, ...each }]),
    ),
  };
  const found = Object.hasOwn(images, service) ? images[service] : undefined;
  if (found === undefined) {
    const names = Object.keys(images).join(", ");
    throw new CommandError(`service: expected one of ${names}, got "${service}"; add a new one to ecs.services`);
  }
  const { repositories } = settings["ecs-data"];
  const deployCommand = typedCommand(environment, "npx cdktf deploy ecs-data ecs");
  if (!repositories.includes(service)) {
    const fix = `add it, and run \`${deployCommand}\``;
    throw new CommandError(
      `${service}: expected it among ecs-data.repositories, got ${repositories.join(", ")}; ${fix}`,
    );
  }
  if (found.image !== null) {
    throw new CommandError(
      `${found.setting}: expected null, with which a release chooses the image, got "${found.image}"; ` +
        "remove the setting, and release before the next deploy",
    );
  }
  return {
    service,
    region: aws.region,
    profile: aws.profile,
    cluster: clusterName(settings),
    ...serviceNames(settings, service),
    repository: repositoryName(settings, service),
    parameters: releaseParameterNames(settings, service),
    platform: `linux/${ecs.hostImage.architecture}`,
    environment,
    deployCommand,
  };
}
