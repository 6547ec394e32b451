import { CommandError } from "../support/command-error";
import type { RegistryImage } from "./registry";
import { contextTagPrefix } from "./request";
import type { ReleaseTarget } from "./target";

/** The account of the caller. */
export interface Caller {
  /** ARN of the user or the session. */
  readonly arn: string;
  readonly accountId: string;
}

/** An image that a service can run. */
export interface WantedImage {
  /** As a setting would name it: a digest of the service's own repository, or an image elsewhere by its digest. */
  readonly id: string;
  /** As a task definition names it. */
  readonly uri: string;
  readonly digest: string;
  /** Its tags in the service's own repository. */
  readonly tags: readonly string[];
}

/** Address of the service's repository, as task definitions name it. */
export function repositoryUri({ region, repository }: ReleaseTarget, { arn, accountId }: Caller): string {
  const suffix = arn.split(":")[1] === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return `${accountId}.dkr.ecr.${region}.${suffix}/${repository}`;
}

/** An image of the service's own repository. */
export function ownImage(uri: string, { digest, tags }: Pick<RegistryImage, "digest" | "tags">): WantedImage {
  return { id: digest, uri: `${uri}@${digest}`, digest, tags };
}

/**
 * The image that `--image` names.
 *
 * @param ownUri address of the service's repository
 * @param find looks for a digest in that repository
 * @throws CommandError one sentence: no digest, an image that is not there, or one of another registry of AWS, which the
 * service may not read
 */
export async function namedImage(
  name: string,
  ownUri: string,
  find: (digest: string) => Promise<RegistryImage | undefined>,
): Promise<WantedImage> {
  const [, place = "", digest = ""] = /^(?:(.+)@)?(sha256:[0-9a-f]{64})$/.exec(name) ?? [];
  if (digest === "") {
    throw new CommandError(
      `--image: expected an image by its digest, such as ${ownUri}@sha256:…, got "${name}"; ` +
        "a tag may mean another image tomorrow",
    );
  }
  if (place === "" || place === ownUri) {
    const image = await find(digest);
    if (image === undefined) {
      throw new CommandError(`--image: expected an image of ${ownUri}, got ${digest}, which is not there; push it`);
    }
    if (image.tags.length === 0) {
      throw new CommandError(
        `--image: expected an image with a tag, since images without one expire, got ${digest}; give it a tag`,
      );
    }
    return ownImage(ownUri, image);
  }
  if (/^\d{12}\.dkr\.ecr\./.test(place)) {
    throw new CommandError(
      `--image: expected an image of ${ownUri}, or of a public registry, got one of ${place}, ` +
        "from which the service may not pull; push it to its own repository",
    );
  }
  if (!/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/.test(place)) {
    throw new CommandError(
      `--image: expected a name with its registry, such as public.ecr.aws/docker/library/couchdb, got "${place}"`,
    );
  }
  return { id: `${place}@${digest}`, uri: `${place}@${digest}`, digest, tags: [] };
}

/** What a task definition names, as the parameter of the last release has it. */
export function idOf(image: string, ownUri: string): string {
  return image.startsWith(`${ownUri}@`) ? image.slice(ownUri.length + 1) : image;
}

/** What the parameter of the last release has, as a task definition names it. */
export function uriOf(id: string, ownUri: string): string {
  return id.startsWith("sha256:") ? `${ownUri}@${id}` : id;
}

/** An image for people: its tag, and the beginning of its digest. */
export function labelOf({ digest, tags }: Pick<WantedImage, "digest" | "tags">): string {
  const short = digest.slice(0, "sha256:".length + 12);
  const tag = tags.find((each) => !each.startsWith(contextTagPrefix));
  return tag === undefined ? short : `${tag} (${short})`;
}

/** The digest in what a task definition names. Undefined before the first release. */
export function digestOf(uri: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(uri)?.[1];
}
