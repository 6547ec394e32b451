import { createHmac } from "node:crypto";
import { get, type OutgoingHttpHeaders } from "node:http";
import aws4 from "aws4";
import type { AccessKey } from "./access-key";

/** The answer of `GET /_local-aws/health`. */
export interface Health {
  /** False while it cleans up after a crash, boots machines again, or stops. */
  readonly ready: boolean;
  /** What it is doing while it is not ready. */
  readonly doing?: string;
  readonly pid: number;
  readonly home: string;
  readonly network: string;
  /** True when it boots machines, false when it serves only the API. */
  readonly machines: boolean;
  /** Calls that it received but does not implement, as `service:Operation`. */
  readonly missing: readonly string[];
}

/** It usually answers within milliseconds. The limit allows for a busy computer. */
const TIMEOUT_MS = 10_000;

/**
 * Reads the health of the local AWS with a given key on a port of this computer. Undefined when nothing answers, or
 * when another program does. Uses Node's own HTTP client, because that ignores proxy variables.
 */
export function readHealth(port: number, key: AccessKey): Promise<Health | undefined> {
  const target = { host: `127.0.0.1:${port}`, path: "/_local-aws/health", service: "local-aws", region: "local" };
  const { headers = {} } = aws4.sign(target, key);
  const authorization = String(headers["Authorization"]);
  const options = { host: "127.0.0.1", port, path: target.path, headers, timeout: TIMEOUT_MS };
  return new Promise((resolve) => {
    const request = get(options as typeof options & { headers: OutgoingHttpHeaders }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve(parseHealth(body, proofOf(key, authorization))));
      response.on("error", () => resolve(undefined));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}

/**
 * The proof with which the local AWS of a key answers a signed request. Another program on its port lacks the secret.
 */
export function proofOf({ secretAccessKey }: AccessKey, authorization: string): string {
  const signature = authorization.split("Signature=")[1] ?? "";
  return createHmac("sha256", secretAccessKey).update(signature).digest("hex");
}

function parseHealth(body: string, proof: string): Health | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    const isProven = typeof answer === "object" && answer !== null && "proof" in answer && answer.proof === proof;
    return isProven ? (answer as unknown as Health) : undefined;
  } catch {
    return undefined;
  }
}
