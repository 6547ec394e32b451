import { createHmac } from "node:crypto";
import { get, type OutgoingHttpHeaders } from "node:http";
import aws4 from "aws4";
import type { AccessKey } from "./access-key";

/** What `GET /_local-aws/health` answers. */
export interface Health {
  /** False while it cleans up after a crash, boots machines again, or stops. */
  readonly ready: boolean;
  /** What it is doing while not ready. */
  readonly doing?: string;
  readonly pid: number;
  readonly home: string;
  readonly network: string;
  /** Does it boot machines, or serve the API alone? */
  readonly machines: boolean;
  /** Calls that somebody made and that it does not implement, as `service:Operation`. */
  readonly missing: readonly string[];
}

/** It answers within milliseconds; a busy computer takes its time. */
const TIMEOUT_MS = 10_000;

/**
 * Asks whatever listens on a port of this computer whether it is the local AWS of a key, and how it is. Undefined when
 * nothing answers or something else does. Node's own client, since it takes no notice of proxy variables.
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

/** What the local AWS of a key answers to a request's signature: another program on its port does not know the secret. */
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
