import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Workbench } from "./workbench";

/** A call of AWS. */
export interface Call {
  /** Its action, such as `CreateRole`; for S3, Data Lifecycle Manager and registries, its method. */
  readonly action: string;
  /** A parameter of it, such as a name; for a method, text in its path. @default any call of the action */
  readonly about?: string;
}

/**
 * What becomes of an answer of AWS: it is passed on, kept for ever, or lost with the connection.
 */
export type Fate = "pass" | "keep" | "lose";

/**
 * Stands between a command and the local AWS, and decides what becomes of each answer.
 */
export class AwsProxy {
  /** The calls that AWS answered, as policies name them: `ecs:UpdateService`. */
  readonly called = new Set<string>();

  /** Whether connections to AWS are lost: then no call arrives there. */
  isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly endpoint: string,
    private readonly fateOf: (isCall: (call: Call) => boolean) => Fate,
  ) {
    server.on("request", (incoming, outgoing) => void this.pass(incoming, outgoing));
  }

  /** @param fateOf is asked when AWS has done what it was asked for, and before the caller hears of it */
  static async start(user: Workbench, fateOf: (isCall: (call: Call) => boolean) => Fate): Promise<AwsProxy> {
    const server = createServer();
    const proxy = new AwsProxy(server, user.session.environment["AWS_ENDPOINT_URL"] ?? "", fateOf);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  end(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (this.isCut) {
      outgoing.destroy();
      return;
    }
    const body = await buffer(incoming);
    const { method, url = "/", headers } = incoming;
    const onward = request(new URL(url, this.endpoint), { method, headers }, (answer) => {
      const { statusCode = 502 } = answer;
      const action = actionOf(incoming, body.toString("latin1"));
      if (action !== undefined) this.called.add(action);
      const fate = statusCode < 300 ? this.fateOf((call) => isCall(call, incoming, body.toString("latin1"))) : "pass";
      if (fate === "lose" || this.isCut) outgoing.destroy();
      else if (fate === "pass") answer.pipe(outgoing.writeHead(statusCode, answer.headers));
    });
    onward.on("error", () => outgoing.destroy());
    onward.end(body);
  }
}

/** The action of a signed call, if it has one: in a header (services with JSON), or in a form (EC2, IAM, STS). */
function actionOf({ headers }: IncomingMessage, body: string): string | undefined {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "")?.[1];
  const target = headers["x-amz-target"];
  const action = typeof target === "string" ? target.split(".").at(-1) : new URLSearchParams(body).get("Action");
  return service && action ? `${service}:${action}` : undefined;
}

/** For a call without an action, its method is compared. */
function isCall({ action, about = "" }: Call, incoming: IncomingMessage, body: string): boolean {
  const { headers, method, url = "" } = incoming;
  const called = actionOf(incoming, body);
  if (called === undefined) return method === action && url.includes(about);
  if (!called.endsWith(`:${action}`)) return false;
  if (typeof headers["x-amz-target"] === "string") return body.includes(about);
  return about === "" || [...new URLSearchParams(body).values()].includes(about);
}
