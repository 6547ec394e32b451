/** The application's secrets: a file in S3, read through the task's role. */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { fromHttp } from "@aws-sdk/credential-provider-http";

/**
 * The task's credentials, which ECS gives out to its containers and to nobody else. No other source of credentials is
 * looked at: with the host's role or with keys in the environment, the application ends.
 */
export function taskCredentials(environment) {
  if (!environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) {
    throw new Error("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set: the task has no role");
  }
  return fromHttp();
}

/**
 * Reads `s3://SECRETS_BUCKET/SECRETS_KEY`, lines `NAME=value`. Variables of the environment win.
 * @returns {Promise<{ user: string, password: string }>} who the application is for CouchDB
 */
export async function readSecrets(environment, region, credentials) {
  const file = environment.SECRETS_BUCKET ? parse(await fetchFile(environment, region, credentials)) : {};
  const { COUCHDB_USER: user, COUCHDB_PASSWORD: password } = { ...file, ...defined(environment) };
  if (!user || !password) throw new Error("COUCHDB_USER and COUCHDB_PASSWORD are neither in the secrets file nor set");
  return { user, password };
}

async function fetchFile({ SECRETS_BUCKET: bucket, SECRETS_KEY: key }, region, credentials) {
  const client = new S3Client({ region, credentials });
  try {
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await body.transformToString();
  } catch (error) {
    throw new Error(`s3://${bucket}/${key} cannot be read: ${error.name}: ${error.message}`);
  }
}

function parse(text) {
  const lines = text.split("\n").map((line) => /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line));
  return Object.fromEntries(lines.filter((line) => line !== null).map(([, name, value]) => [name, value]));
}

function defined({ COUCHDB_USER, COUCHDB_PASSWORD }) {
  return Object.fromEntries(Object.entries({ COUCHDB_USER, COUCHDB_PASSWORD }).filter(([, value]) => value));
}
