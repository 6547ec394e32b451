import type { AccessKey } from "../local-aws/access-key";
import { CommandError } from "../support/command-error";

/** The address and the key of a local AWS. */
export interface LocalEndpoint {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly key: AccessKey;
}

/** The region and the credentials for calls, in the words of the settings. */
export interface AwsPlace {
  readonly region: string;
  /** A profile of the AWS configuration. Null means the environment's credentials. */
  readonly profile: string | null;
  /** @default AWS itself, or AWS_ENDPOINT_URL */
  readonly local?: LocalEndpoint;
}

/** What the constructors of all clients take. */
export interface ClientConfiguration {
  readonly region: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly credentials?: AccessKey;
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
}

/** A service of AWS, and the part of the AWS SDK that calls it. */
export interface AwsService<Sdk, Client> {
  /** Its name, for messages. */
  readonly name: string;
  /** Loading takes up to 0.2 s, so only commands that call the service load it. */
  readonly load: () => Promise<Sdk>;
  readonly client: (sdk: Sdk, configuration: ClientConfiguration) => Client;
}

/** AWS did not do it, or nobody knows: the connection was lost, or the service has trouble, or too much to do. */
export class NoAnswerError extends CommandError {}

const CALL_TIMEOUT_SEC = 120;

/** Calls a service with the same credentials that Terraform and Packer use. */
export class AwsCalls<Sdk, Client> {
  private constructor(
    private readonly service: string,
    private readonly sdk: Sdk,
    private readonly client: Client,
    private readonly place: AwsPlace,
  ) {}

  static async at<Sdk, Client>(service: AwsService<Sdk, Client>, place: AwsPlace): Promise<AwsCalls<Sdk, Client>> {
    // Keeps the SDK from printing which Node.js version it will require some day.
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
    const sdk = await service.load();
    return new AwsCalls(service.name, sdk, service.client(sdk, configuration(place)), place);
  }

  /**
   * Runs one operation. All its calls and retries end within two minutes.
   *
   * @param what the service's name of the operation, for messages, such as `DescribeImages`
   * @throws NoAnswerError one sentence when the service cannot be reached, or has trouble
   * @throws CommandError one sentence when it refuses
   */
  async ask<Answer>(
    what: string,
    call: (sdk: Sdk, client: Client, options: { abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> {
    const abortSignal = AbortSignal.timeout(CALL_TIMEOUT_SEC * 1000);
    const asked = `${this.service}'s ${what} in ${this.place.region}`;
    try {
      return await call(this.sdk, this.client, { abortSignal });
    } catch (error) {
      if (abortSignal.aborted) throw new NoAnswerError(`${asked}: no answer within ${CALL_TIMEOUT_SEC} s`);
      throw problemOf(error as Failure, asked, this.place) ?? error;
    }
  }
}

/** Collects the items of all pages of an answer. */
export async function allOf<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}

function configuration({ region, profile, local }: AwsPlace): ClientConfiguration {
  if (local === undefined) return { region, ...(profile === null ? {} : { profile }) };
  // The user's own AWS configuration may turn these on. A local AWS has neither.
  const plain = { useFipsEndpoint: false, useDualstackEndpoint: false };
  return { region, endpoint: `http://127.0.0.1:${local.port}`, credentials: local.key, ...plain };
}

/** What the SDK throws. `code` is the system's error code. `$metadata` has a status code if the service answered. */
type Failure = Error & { readonly code?: unknown; readonly $metadata?: { readonly httpStatusCode?: number } };

const EXPIRED = /Expired|^TokenProviderError$/;
const TOO_MUCH = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;
const NO_CREDENTIALS =
  /^(CredentialsProviderError|AuthFailure|InvalidClientTokenId|InvalidSignatureException|UnrecognizedClientException)$/;

/** Says why a call failed. Undefined for a defect: an error that came neither from the service nor from the network. */
function problemOf(error: Failure, asked: string, { profile }: AwsPlace): CommandError | undefined {
  const whose = profile === null ? "of the environment" : `of the profile ${profile}`;
  const said = error.message.trim().replace(/\s+/g, " ").replace(/\.$/, "");
  if (EXPIRED.test(error.name) || /\bexpired\b/i.test(said)) {
    return new CommandError(`${asked}: the credentials ${whose} have expired (${said}): log in again`);
  }
  if (NO_CREDENTIALS.test(error.name)) {
    return new CommandError(
      `${asked}: expected credentials ${whose}, got none that are valid (${said}): log in, ` +
        "or correct aws.profile in the settings",
    );
  }
  const status = error.$metadata?.httpStatusCode;
  if (typeof error.code === "string" && status === undefined) {
    return new NoAnswerError(
      `${asked}: it cannot be reached (${said || error.code}): correct aws.region in the settings, or the network`,
    );
  }
  if (status === undefined) return undefined;
  const hasTrouble = status >= 500 || status === 429 || TOO_MUCH.test(error.name);
  return new (hasTrouble ? NoAnswerError : CommandError)(`${asked}: ${error.name}: ${said}`);
}
