import { writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ContainerImage } from "../../../scripts/containers/container-image";
import { pushImage } from "../../../scripts/containers/push-image";
import { findProgram } from "../../../scripts/setup/tools";
import { temporaryFolder } from "../../temporary-folder";
import { imageObstacle } from "./image-process";
import { smallImage } from "./small-image";

const TOKEN = Buffer.from("AWS:secret").toString("base64");
const obstacle = imageObstacle() ?? (findProgram("docker-registry") ? undefined : "docker-registry is not installed");

describe.skipIf(obstacle !== undefined)(`push an image${obstacle === undefined ? "" : ` (${obstacle})`}`, () => {
  let front: Server;
  let registry: string;
  let end: () => void;
  /** Tags that are there and may not be overwritten, as in a repository with immutable tags. */
  const puts: string[] = [];

  beforeAll(async () => {
    const folder = temporaryFolder("registry-");
    const config = path.join(folder, "config.yml");
    const storage = `storage: {filesystem: {rootdirectory: ${folder}/data}}`;
    writeFileSync(config, `version: 0.1\nlog: {formatter: json}\n${storage}\nhttp: {addr: "127.0.0.1:0"}\n`);
    const child = execa("docker-registry", ["serve", config], { reject: false, all: true, buffer: false });
    end = () => child.kill();
    const port = await new Promise<number>((resolve) => {
      let text = "";
      child.all?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const [, found] = /listening on 127\.0\.0\.1:(\d+)/.exec(text) ?? [];
        if (found) resolve(Number(found));
      });
    });
    front = createServer((incoming, answer) => {
      if (incoming.headers.authorization !== `Basic ${TOKEN}`) {
        answer.writeHead(401, { "www-authenticate": 'Basic realm="ECR"' }).end();
        return;
      }
      const [, tag] = /^PUT .*\/manifests\/([^:]+)$/.exec(`${incoming.method} ${incoming.url}`) ?? [];
      if (tag !== undefined && puts.includes(tag)) {
        const message = `The image tag '${tag}' already exists and is immutable.`;
        incoming.resume();
        answer.writeHead(400, { "content-type": "application/json" });
        answer.end(JSON.stringify({ errors: [{ code: "TAG_INVALID", message }] }));
        return;
      }
      if (tag !== undefined) puts.push(tag);
      const headers = incoming.headers;
      const behind = request({ port, method: incoming.method, path: incoming.url, headers }, (found) => {
        answer.writeHead(found.statusCode ?? 500, found.headers);
        found.pipe(answer);
      });
      incoming.pipe(behind);
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const address = front.address();
    registry = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  });
  afterAll(() => {
    front?.close();
    end?.();
  });

  let image: ContainerImage;
  beforeEach(async () => {
    image = await smallImage("one");
  });

  const target = (tag: string, token = TOKEN) => ({ registry, repository: "team/thing", tag, token });

  test("and the registry names it by the digest that it has here", async () => {
    expect(await pushImage(image, target("1"))).toBe(image.digest);
    const found = await fetch(`${registry}/v2/team/thing/manifests/${image.digest}`, {
      headers: { authorization: `Basic ${TOKEN}`, accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    expect([found.status, found.headers.get("docker-content-digest")]).toEqual([200, image.digest]);
  });

  test("again, under a tag that names it already: nothing is pushed", async () => {
    await pushImage(image, target("2"));
    const before = puts.length;
    expect(await pushImage(image, target("2"))).toBe(image.digest);
    expect(puts).toHaveLength(before);
  });

  test("fails in the registry's words when the tag names another image", async () => {
    await pushImage(image, target("3"));
    await expect(pushImage(await smallImage("two"), target("3"))).rejects.toThrow(
      /^127\.0\.0\.1:\d+\/team\/thing:3 was not pushed: .*The image tag '3' already exists and is immutable/,
    );
  });

  test("fails with a wrong token", async () => {
    const wrong = Buffer.from("AWS:wrong").toString("base64");
    await expect(pushImage(image, target("4", wrong))).rejects.toThrow(/team\/thing:4 was not pushed: .*unauthorized/i);
  });
});
