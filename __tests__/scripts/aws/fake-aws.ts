import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalEndpoint } from "../../../scripts/aws/aws-calls";

/** A status and a body. */
export type Answer = readonly [number, string];

/** A service of AWS on this computer, which gives answers that are prepared, and records the calls. */
export class FakeAws {
  /** The parameters of each call that has a form as its body. */
  readonly asked: Readonly<Record<string, string>>[] = [];

  private constructor(private readonly server: Server) {}

  /** Gives every call the same answer. */
  static answering(status: number, body: string): Promise<FakeAws> {
    return FakeAws.answeringInTurn([status, body]);
  }

  /** Gives each call the next answer, and the last one again and again. */
  static async answeringInTurn(...answers: readonly Answer[]): Promise<FakeAws> {
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (data) => {
        text += data;
      });
      request.on("end", () => {
        aws.asked.push(Object.fromEntries(new URLSearchParams(text)));
        const [status, body] = answers[Math.min(aws.asked.length, answers.length) - 1] ?? [500, ""];
        response.writeHead(status).end(body);
      });
    });
    const aws = new FakeAws(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return aws;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Its address and key, in the form of a local AWS's. */
  get local(): LocalEndpoint {
    return { port: this.port, key: { accessKeyId: "any", secretAccessKey: "any" } };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
