import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { stoppedTerraform } from "./cut-off";
import type { Workbench } from "./workbench";

/** A call of AWS. */
export interface Call {
  /** Its action, such as `CreateRole`; for S3 and Data Lifecycle Manager, its method. */
  readonly action: string;
  /** A parameter of it, such as a name; for a method, text in its path. @default any call of the action */
  readonly about?: string;
}

/** Which command is killed, and when. */
export interface KilledUnanswered {
  readonly stack: string;
  /** @default apply */
  readonly verb?: "apply" | "destroy";
  /** What AWS must have done. */
  readonly calls: readonly Call[];
}

/**
 * Runs Terraform on a stack, and kills Terraform and its providers once AWS has done what each of these calls asks for,
 * before they hear of it. The stack must be synthesized and initialized.
 *
 * @throws Error if the command ends before
 */
export async function killUnanswered(
  user: Workbench,
  { stack, verb = "apply", calls }: KilledUnanswered,
): Promise<void> {
  const proxy = new AnswerLosingProxy(user.session.environment["AWS_ENDPOINT_URL"] ?? "", calls);
  try {
    const running = user.beginTerraform(verb, stack, await proxy.start());
    const ended = running.then(({ all }) => {
      throw new Error(`expected ${verb} of ${stack} not to end before it is killed, got:\n${all}`);
    });
    await Promise.race([ended, proxy.allLost]);
    for (const pid of [-(running.pid ?? 0), ...(await stoppedTerraform(user, stack))]) process.kill(pid, "SIGKILL");
    await ended.catch(() => undefined);
  } finally {
    proxy.end();
  }
}

/** Stands between a command and the local AWS, and passes on everything but the answer to the first of each call. */
class AnswerLosingProxy {
  /** Resolves once AWS has answered each call. */
  readonly allLost: Promise<unknown>;
  private readonly server: Server;
  private readonly awaited: Set<Call>;

  constructor(
    private readonly endpoint: string,
    calls: readonly Call[],
  ) {
    this.awaited = new Set(calls);
    this.server = createServer((incoming, outgoing) => void this.pass(incoming, outgoing));
    this.allLost = once(this.server, "all lost");
  }

  /** Returns its address. */
  async start(): Promise<string> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  end(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method, url = "/", headers } = incoming;
    const call = [...this.awaited].find((each) => isCall(each, incoming, body.toString("latin1")));
    const onward = request(new URL(url, this.endpoint), { method, headers }, (answer) => {
      if (call !== undefined && answer.statusCode === 200) return this.lose(call);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    onward.end(body);
  }

  private lose(call: Call): void {
    this.awaited.delete(call);
    if (this.awaited.size === 0) this.server.emit("all lost");
  }
}

/** The action is in a header (CloudWatch Logs, Secrets Manager, Systems Manager) or in a form (EC2, IAM), or is a method. */
function isCall({ action, about = "" }: Call, { headers, method, url = "" }: IncomingMessage, body: string): boolean {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.endsWith(`.${action}`) && body.includes(about);
  const form = new URLSearchParams(body);
  if (!form.has("Action")) return method === action && url.includes(about);
  return form.get("Action") === action && (about === "" || [...form.values()].includes(about));
}
