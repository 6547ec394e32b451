import { AwsCalls, allOf } from "../aws/aws-calls";
import { type EcrCalls, services } from "../aws/services";
import { CommandError } from "../support/command-error";
import type { RegistryLogin } from "./docker";
import type { ReleaseTarget } from "./target";

/** An image in a repository. */
export interface RegistryImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: Date;
}

/** The repository of one service in ECR. */
export class Registry {
  private constructor(
    private readonly calls: EcrCalls,
    private readonly target: ReleaseTarget,
  ) {}

  static async open(target: ReleaseTarget): Promise<Registry> {
    return new Registry(await AwsCalls.at(services.ecr, target), target);
  }

  /** The image with a tag or a digest; undefined if there is none. */
  async find(id: { readonly imageTag: string } | { readonly imageDigest: string }): Promise<RegistryImage | undefined> {
    return (await this.describe([id]))[0];
  }

  /** All images, the newest first. */
  async images(): Promise<readonly RegistryImage[]> {
    return (await this.describe()).toSorted((a, b) => b.pushedAt.getTime() - a.pushedAt.getTime());
  }

  /** Where images are pushed to, and a token for that, which is valid for 12 hours. */
  async login(): Promise<RegistryLogin> {
    const { authorizationData = [] } = await this.calls.ask(
      "GetAuthorizationToken",
      ({ GetAuthorizationTokenCommand }, client, options) => client.send(new GetAuthorizationTokenCommand({}), options),
    );
    const { authorizationToken: token, proxyEndpoint } = authorizationData[0] ?? {};
    if (token === undefined || proxyEndpoint === undefined) {
      throw new CommandError("ECR's GetAuthorizationToken: expected a token and an address, got none");
    }
    return { host: new URL(proxyEndpoint).host, token };
  }

  /** Gives an image another tag. Nothing changes if it has that tag: the SDK asks again when it has lost an answer. */
  async tag(digest: string, tag: string): Promise<void> {
    const { repository: repositoryName } = this.target;
    await this.calls.ask("PutImage", async (sdk, client, options) => {
      const get = new sdk.BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest: digest }] });
      const [image] = (await client.send(get, options)).images ?? [];
      if (image === undefined) throw new CommandError(`ECR: expected the image ${digest}, got none`);
      const { imageManifest, imageManifestMediaType } = image;
      const put = { repositoryName, imageManifest, imageManifestMediaType, imageTag: tag, imageDigest: digest };
      try {
        await client.send(new sdk.PutImageCommand(put), options);
      } catch (error) {
        const isTaken =
          error instanceof sdk.ImageAlreadyExistsException || error instanceof sdk.ImageTagAlreadyExistsException;
        if (!isTaken || (await this.find({ imageTag: tag }))?.digest !== digest) throw error;
      }
    });
  }

  private async describe(
    ids?: readonly ({ readonly imageTag: string } | { readonly imageDigest: string })[],
  ): Promise<RegistryImage[]> {
    const { repository, deployCommand, region } = this.target;
    const found = await this.calls.ask("DescribeImages", async (sdk, client, options) => {
      const asked = { repositoryName: repository, ...(ids && { imageIds: [...ids] }) };
      try {
        return await allOf(sdk.paginateDescribeImages({ client }, asked, options), (page) => page.imageDetails);
      } catch (error) {
        if (error instanceof sdk.ImageNotFoundException) return [];
        if (error instanceof sdk.RepositoryNotFoundException) return undefined;
        throw error;
      }
    });
    if (found === undefined) {
      throw new CommandError(
        `repository: expected ${repository} in ${region}, got none; run \`${deployCommand}\`, ` +
          "or use the region and the account of the stacks",
      );
    }
    return found.map(({ imageDigest = "", imageTags = [], imagePushedAt = new Date(0) }) => ({
      digest: imageDigest,
      tags: imageTags,
      pushedAt: imagePushedAt,
    }));
  }
}
