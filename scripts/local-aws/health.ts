import { get } from "node:http";

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
 * Asks whatever listens on a port of this computer whether it is a local AWS, and how it is. Undefined when nothing
 * answers or something else does. Node's own client, since it takes no notice of proxy variables.
 */
export function readHealth(port: number): Promise<Health | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/_local-aws/health", timeout: TIMEOUT_MS }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve(parseHealth(body)));
      response.on("error", () => resolve(undefined));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}

function parseHealth(body: string): Health | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === "object" && answer !== null && "ready" in answer && "home" in answer
      ? (answer as Health)
      : undefined;
  } catch {
    return undefined;
  }
}
