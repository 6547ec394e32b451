import { AwsCalls, allOf, type LocalEndpoint } from "../aws/aws-calls";
import { type EcrCalls, services } from "../aws/services";
import { CommandError } from "../support/command-error";

/** The registry of a local AWS: ECR's API, and where images are pushed to. */
export class LocalRegistry {
  private constructor(
    private readonly calls: EcrCalls,
    /** Where images are pushed to. */
    readonly address: string,
  ) {}

  static async of(local: LocalEndpoint, region: string): Promise<LocalRegistry> {
    const calls = await AwsCalls.at(services.ecr, { region, profile: null, local });
    return new LocalRegistry(calls, `http://127.0.0.1:${local.port}`);
  }

  /** Digest of the image that was pushed last. Undefined: there is no image, or no such repository. */
  async newestDigest(repository: string): Promise<string | undefined> {
    const images = await this.calls.ask("DescribeImages", async (sdk, client, options) => {
      const pages = sdk.paginateDescribeImages({ client }, { repositoryName: repository }, options);
      try {
        return await allOf(pages, (page) => page.imageDetails);
      } catch (error) {
        if (error instanceof sdk.RepositoryNotFoundException) return [];
        throw error;
      }
    });
    const at = ({ imagePushedAt }: { imagePushedAt?: Date }) => imagePushedAt?.getTime() ?? 0;
    // Times are whole seconds; of the images of one second, the local AWS names the last one last.
    return images.toSorted((a, b) => at(a) - at(b)).at(-1)?.imageDigest;
  }

  /** Token with which images can be pushed, as ECR gives it: name and password in base64. */
  async token(): Promise<string> {
    const { authorizationData = [] } = await this.calls.ask("GetAuthorizationToken", (sdk, client, options) =>
      client.send(new sdk.GetAuthorizationTokenCommand({}), options),
    );
    const token = authorizationData[0]?.authorizationToken;
    if (token === undefined) throw new CommandError("ECR's GetAuthorizationToken: expected a token, got none");
    return token;
  }
}
