import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A chat's incoming webhook, as Slack has it. It keeps what is posted. */
export class WebhookServer {
  /** The texts, oldest first. */
  readonly texts: string[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookServer> {
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (data) => {
        body += data;
      });
      request.on("end", () => {
        webhook.texts.push(JSON.parse(body).text);
        response.writeHead(200).end("ok");
      });
    });
    const webhook = new WebhookServer(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return webhook;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/services/T000`;
  }

  async end(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
