import type { EC2Client, EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { AccessKey } from "../local-aws/access-key";
import { CommandError } from "../support/command-error";

/** The part of the AWS SDK that calls EC2. */
export type Ec2Sdk = typeof import("@aws-sdk/client-ec2");

/** The address and the key of a local AWS. */
export interface LocalEndpoint {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly key: AccessKey;
}

/** The region and the credentials for EC2 calls, in the words of the settings. */
export interface Ec2Place {
  readonly region: string;
  /** A profile of the AWS configuration. Null means the environment's credentials. */
  readonly profile: string | null;
  /** @default AWS itself, or AWS_ENDPOINT_URL */
  readonly local?: LocalEndpoint;
}

const CALL_TIMEOUT_SEC = 120;

/** Calls EC2 with the same credentials that Terraform and Packer use. */
export class Ec2Calls {
  private constructor(
    private readonly sdk: Ec2Sdk,
    private readonly client: EC2Client,
    private readonly place: Ec2Place,
  ) {}

  static async at(place: Ec2Place): Promise<Ec2Calls> {
    // Keeps the SDK from printing which Node.js version it will require some day.
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
    // Loading it takes 0.2 s, so only commands that call EC2 load it.
    const sdk = await import("@aws-sdk/client-ec2");
    return new Ec2Calls(sdk, new sdk.EC2Client(configuration(place)), place);
  }

  /**
   * Runs one operation on EC2. All its calls and retries end within two minutes.
   *
   * @param what EC2's name of the operation, for messages, such as `DescribeImages`
   * @throws CommandError one sentence when EC2 cannot be reached, or refuses
   */
  async ask<Answer>(
    what: string,
    call: (sdk: Ec2Sdk, client: EC2Client, options: { abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> {
    const abortSignal = AbortSignal.timeout(CALL_TIMEOUT_SEC * 1000);
    try {
      return await call(this.sdk, this.client, { abortSignal });
    } catch (error) {
      const why = abortSignal.aborted ? `no answer within ${CALL_TIMEOUT_SEC} s` : whyNot(error as Failure, this.place);
      if (why === undefined) throw error;
      throw new CommandError(`EC2's ${what} in ${this.place.region}: ${why}`);
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

function configuration({ region, profile, local }: Ec2Place): EC2ClientConfig {
  if (local === undefined) return { region, ...(profile === null ? {} : { profile }) };
  // The user's own AWS configuration may turn these on. A local AWS has neither.
  const plain = { useFipsEndpoint: false, useDualstackEndpoint: false };
  return { region, endpoint: `http://127.0.0.1:${local.port}`, credentials: local.key, ...plain };
}

/** What the SDK throws. `code` is the system's error code. `$metadata` has a status code if EC2 answered. */
type Failure = Error & { readonly code?: unknown; readonly $metadata?: { readonly httpStatusCode?: number } };

const EXPIRED = /Expired|^TokenProviderError$/;
const NO_CREDENTIALS = /^(CredentialsProviderError|AuthFailure|InvalidClientTokenId|UnrecognizedClientException)$/;

/** Says why a call failed. Undefined for a defect: an error that came neither from EC2 nor from the network. */
function whyNot(error: Failure, { profile }: Ec2Place): string | undefined {
  const whose = profile === null ? "of the environment" : `of the profile ${profile}`;
  const said = error.message.trim().replace(/\s+/g, " ").replace(/\.$/, "");
  if (EXPIRED.test(error.name) || /\bexpired\b/i.test(said)) {
    return `the credentials ${whose} have expired (${said}): log in again`;
  }
  if (NO_CREDENTIALS.test(error.name)) {
    return (
      `expected credentials ${whose}, got none that are valid (${said}): log in, ` +
      "or correct aws.profile in the settings"
    );
  }
  if (typeof error.code === "string" && error.$metadata?.httpStatusCode === undefined) {
    return `it cannot be reached (${said || error.code}): correct aws.region in the settings, or the network`;
  }
  return error.$metadata?.httpStatusCode === undefined ? undefined : `${error.name}: ${said}`;
}
