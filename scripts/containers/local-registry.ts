import type { LocalEndpoint } from "../aws/aws-calls";
import { CommandError } from "../support/command-error";

/** The registry of a local AWS: ECR's API, and where images are pushed to. */
export class LocalRegistry {
  private constructor(
    private readonly sdk: typeof import("@aws-sdk/client-ecr"),
    private readonly client: InstanceType<typeof import("@aws-sdk/client-ecr").ECRClient>,
    /** Where images are pushed to. */
    readonly address: string,
  ) {}

  static async of({ port, key }: LocalEndpoint, region: string): Promise<LocalRegistry> {
    // Loading it takes a moment, so only commands that ask for images load it.
    const sdk = await import("@aws-sdk/client-ecr");
    const address = `http://127.0.0.1:${port}`;
    // The user's own AWS configuration may turn the last two on. A local AWS has neither.
    const plain = { useFipsEndpoint: false, useDualstackEndpoint: false };
    return new LocalRegistry(
      sdk,
      new sdk.ECRClient({ region, endpoint: address, credentials: key, ...plain }),
      address,
    );
  }

  /** Digest of the image that was pushed last. Undefined: there is no image, or no such repository. */
  async newestDigest(repository: string): Promise<string | undefined> {
    try {
      const pages = this.sdk.paginateDescribeImages({ client: this.client }, { repositoryName: repository });
      const images: { readonly imageDigest?: string; readonly imagePushedAt?: Date }[] = [];
      for await (const { imageDetails = [] } of pages) images.push(...imageDetails);
      const at = ({ imagePushedAt }: { imagePushedAt?: Date }) => imagePushedAt?.getTime() ?? 0;
      // Times are whole seconds; of the images of one second, the local AWS names the last one last.
      return images.toSorted((a, b) => at(a) - at(b)).at(-1)?.imageDigest;
    } catch (error) {
      if (error instanceof this.sdk.RepositoryNotFoundException) return undefined;
      throw new CommandError(`ECR's DescribeImages of ${repository}: ${(error as Error).message}`);
    }
  }

  /** Token with which images can be pushed, as ECR gives it: name and password in base64. */
  async token(): Promise<string> {
    const { authorizationData = [] } = await this.client.send(new this.sdk.GetAuthorizationTokenCommand({}));
    const token = authorizationData[0]?.authorizationToken;
    if (token === undefined) throw new CommandError("ECR's GetAuthorizationToken: expected a token, got none");
    return token;
  }
}
