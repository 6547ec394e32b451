import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { webhook } from "../../../scripts/release/notify";
import type { ReleaseTarget } from "../../../scripts/release/target";

/** Secrets Manager, whose secret holds the address of a webhook, and that webhook. */
class Channel {
  readonly posts: unknown[] = [];
  status = 200;
  secret = "";
  private constructor(private readonly server: Server) {}

  static async open(): Promise<Channel> {
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (data) => {
        text += data;
      });
      request.on("end", () => {
        if (request.url === "/hook") {
          channel.posts.push(JSON.parse(text));
          response.writeHead(channel.status).end();
        } else {
          const missing = { __type: "ResourceNotFoundException", message: "Secrets Manager can't find it." };
          const isThere = channel.secret !== "";
          response.writeHead(isThere ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
          response.end(JSON.stringify(isThere ? { SecretString: channel.secret } : missing));
        }
      });
    });
    const channel = new Channel(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    channel.secret = `http://127.0.0.1:${channel.port}/hook`;
    return channel;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  readonly warned: string[] = [];

  tell(): ReturnType<typeof webhook> {
    const local = { port: this.port, key: { accessKeyId: "any", secretAccessKey: "any" } };
    const target = { region: "eu-west-1", profile: null, local } as ReleaseTarget;
    return webhook(target, "workbench-release-webhook", (sentence) => this.warned.push(sentence));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let channel: Channel;
beforeEach(async () => {
  channel = await Channel.open();
});
afterEach(() => channel.close());

describe("a webhook", () => {
  test("gets a text as Slack takes it", async () => {
    const tell = await channel.tell();
    await tell("app: v2 runs.");
    expect([channel.posts, channel.warned]).toEqual([[{ text: "app: v2 runs." }], []]);
  });

  test("that refuses is a note, and no failure", async () => {
    channel.status = 403;
    await (await channel.tell())("app: v2 runs.");
    expect(channel.warned).toEqual(["the webhook in workbench-release-webhook answered 403: nobody was told"]);
  });

  test("that cannot be reached is a note, and no failure", async () => {
    channel.secret = "http://127.0.0.1:9/hook";
    await (await channel.tell())("app: v2 runs.");
    expect(channel.warned).toEqual([
      expect.stringMatching(/^the webhook in workbench-release-webhook cannot be reached \(.+\): nobody was told$/),
    ]);
  });

  test("fails when there is no such secret, and names the option", async () => {
    channel.secret = "";
    await expect(channel.tell()).rejects.toThrow(
      '--notify: expected a secret with a webhook\'s address, got "workbench-release-webhook", which is not in ' +
        "eu-west-1; make it, or correct the name",
    );
  });

  test("fails when the secret holds no address, and does not show what it holds", async () => {
    channel.secret = "correct horse";
    await expect(channel.tell()).rejects.toThrow(
      "--notify: expected the secret workbench-release-webhook to hold the address of a webhook, got something else",
    );
  });
});
