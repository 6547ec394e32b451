import { CommandError } from "../support/command-error";
import { readBuildContext } from "./build-context";
import type { Docker } from "./docker";
import type { Registry, RegistryImage } from "./registry";
import { contextTagPrefix, type Source } from "./request";
import type { ReleaseTarget } from "./target";

/** What is to be done for a context. */
export interface BuildPlan {
  readonly folder: string;
  /** Whether Docker's cache and base images on this computer count for nothing. */
  readonly rebuild: boolean;
  /** The tag by which the image of this context is found again. */
  readonly contextTag: string;
  /** The tag that people know it by. @default none */
  readonly tag?: string;
  /** The image, if the repository has it. */
  readonly there?: RegistryImage;
}

/**
 * Looks whether the image of a context is in the repository already.
 *
 * @throws CommandError one sentence when the tag has other contents, or the context cannot be read
 */
export async function planBuild(
  { folder, tag, rebuild }: Source & { readonly kind: "context" },
  { platform, repository }: Pick<ReleaseTarget, "platform" | "repository">,
  registry: Pick<Registry, "find">,
): Promise<BuildPlan> {
  const salt = [platform, ...(rebuild ? [new Date().toISOString()] : [])];
  const { fingerprint } = await readBuildContext(folder, { salt });
  const contextTag = `${contextTagPrefix}${fingerprint}`;
  const there = await registry.find({ imageTag: contextTag });
  const tagged = tag === undefined ? undefined : await registry.find({ imageTag: tag });
  if (tagged !== undefined && tagged.digest !== there?.digest) {
    throw new CommandError(
      `--tag: expected a tag that ${repository} lacks, or that means this context, ` +
        `got "${tag}", which means ${tagged.digest}; choose another tag`,
    );
  }
  return { folder, rebuild, contextTag, ...(tag !== undefined && { tag }), ...(there && { there }) };
}

/** What a build works with. */
export interface BuildPlace {
  readonly docker: Pick<Docker, "build" | "push">;
  readonly registry: Pick<Registry, "find" | "login">;
  readonly target: Pick<ReleaseTarget, "platform" | "repository">;
}

/** Builds and pushes the image of a context. */
export async function buildAndPush(
  { folder, rebuild, contextTag }: BuildPlan,
  { docker, registry, target }: BuildPlace,
  report: (line: string) => void,
): Promise<RegistryImage> {
  const id = await docker.build({ folder, platform: target.platform, fresh: rebuild }, report);
  const login = await registry.login();
  await docker.push(id, `${login.host}/${target.repository}:${contextTag}`, login, report);
  const image = await registry.find({ imageTag: contextTag });
  if (image === undefined) throw new CommandError(`ECR: expected the image ${contextTag} that was pushed, got none`);
  return image;
}

/** Gives an image the tag that people know it by. It comes last: after a push that was cut off, another run goes on. */
export async function giveTag(
  { tag }: BuildPlan,
  image: RegistryImage,
  registry: Pick<Registry, "tag">,
): Promise<RegistryImage> {
  if (tag === undefined || image.tags.includes(tag)) return image;
  await registry.tag(image.digest, tag);
  return { ...image, tags: [tag, ...image.tags] };
}
