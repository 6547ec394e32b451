import { AwsCalls } from "../aws/aws-calls";
import { services } from "../aws/services";
import { CommandError } from "../support/command-error";
import type { ReleaseTarget } from "./target";

const POST_TIMEOUT_MS = 10_000;

/** Posts a sentence to a channel. Never throws: a release does not fail because nobody could be told. */
export type Tell = (text: string) => Promise<void>;

/** For releases that tell nobody. */
export const tellNobody: Tell = async () => undefined;

/**
 * A channel's incoming webhook, as Slack and others that take its format have it.
 *
 * @param secret name or ARN of the secret in Secrets Manager that holds the webhook's address
 * @param warn prints why a post failed
 * @throws CommandError one sentence when the secret cannot be read, or holds no address
 */
export async function webhook(target: ReleaseTarget, secret: string, warn: (sentence: string) => void): Promise<Tell> {
  const calls = await AwsCalls.at(services.secretsManager, target);
  const value = await calls.ask("GetSecretValue", async (sdk, client, options) => {
    try {
      return (await client.send(new sdk.GetSecretValueCommand({ SecretId: secret }), options)).SecretString ?? "";
    } catch (error) {
      if (error instanceof sdk.ResourceNotFoundException) return undefined;
      throw error;
    }
  });
  if (value === undefined) {
    throw new CommandError(
      `--notify: expected a secret with a webhook's address, got "${secret}", which is not in ${target.region}; ` +
        "make it, or correct the name",
    );
  }
  const address = URL.canParse(value.trim()) ? new URL(value.trim()) : undefined;
  if (address === undefined || !["http:", "https:"].includes(address.protocol)) {
    // The value may be another secret, so the sentence does not show it.
    throw new CommandError(
      `--notify: expected the secret ${secret} to hold the address of a webhook, got something else`,
    );
  }
  return async (text) => {
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text }),
        signal: AbortSignal.timeout(POST_TIMEOUT_MS),
      });
      if (!answer.ok) warn(`the webhook in ${secret} answered ${answer.status}: nobody was told`);
    } catch (error) {
      warn(`the webhook in ${secret} cannot be reached (${(error as Error).message}): nobody was told`);
    }
  };
}
