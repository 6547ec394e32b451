import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalEndpoint } from "../../../scripts/aws/aws-calls";

/** An EC2 on this computer that gives every call the same answer, and records the calls. */
export class FakeEc2 {
  /** The parameters of each call. */
  readonly asked: Readonly<Record<string, string>>[] = [];

  private constructor(private readonly server: Server) {}

  static async answering(status: number, body: string): Promise<FakeEc2> {
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (data) => {
        text += data;
      });
      request.on("end", () => {
        ec2.asked.push(Object.fromEntries(new URLSearchParams(text)));
        response.writeHead(status).end(body);
      });
    });
    const ec2 = new FakeEc2(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return ec2;
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
