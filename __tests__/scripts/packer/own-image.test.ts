import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { findOwnImages, imageVariables } from "../../../scripts/packer/own-image";
import { loadSettings } from "../../../settings/load";

const local = (variables: NodeJS.ProcessEnv = {}) =>
  loadSettings({ environment: { WORKBENCH_ENV: "local", ...variables } });
const built = [{ id: "ami-1", name: "workbench-workbench-amd64-1" }];

describe("the machine of a local AWS boots", () => {
  test.each([
    ["one of ours where it is there", {}, built, "workbench"],
    ["Debian's own where none is there", {}, [], "debian"],
    ["what the caller chose", { WORKBENCH_EC2_IMAGE_SOURCE: "debian" }, built, undefined],
  ])("%s", (_, variables, images, expected) => {
    expect(imageVariables(local(variables), images)["WORKBENCH_EC2_IMAGE_SOURCE"]).toBe(expected);
  });
});

describe("findOwnImages", () => {
  let server: Server;
  afterEach(() => server.close());

  /** A local AWS that gives one answer, and keeps what it was asked. */
  async function answering(status: number, body: string) {
    const asked: string[] = [];
    server = createServer((request, response) => {
      request.on("data", (data) => asked.push(String(data)));
      request.on("end", () => response.writeHead(status).end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port, asked };
  }

  const item = (id: string, date: string) =>
    `<item><blockDeviceMapping><item><ebs><snapshotId>snap-1</snapshotId></ebs><deviceName>/dev/xvda</deviceName></item></blockDeviceMapping><name>workbench-workbench-amd64-${id}</name><tagSet><item><key>Name</key><value>x</value></item></tagSet><imageId>${id}</imageId><creationDate>${date}</creationDate></item>`;

  test("gives them newest first", async () => {
    const items = [item("ami-1", "2026-11-01T00:00:00.000Z"), item("ami-2", "2026-11-21T00:00:00.000Z")];
    const { port } = await answering(
      200,
      `<DescribeImagesResponse><imagesSet>${items.join("")}</imagesSet></DescribeImagesResponse>`,
    );
    expect(await findOwnImages(port, local())).toEqual([
      { id: "ami-2", name: "workbench-workbench-amd64-ami-2" },
      { id: "ami-1", name: "workbench-workbench-amd64-ami-1" },
    ]);
  });

  test("asks for what the ec2 stack asks for", async () => {
    const { port, asked } = await answering(200, "<DescribeImagesResponse><imagesSet/></DescribeImagesResponse>");
    expect(await findOwnImages(port, local({ WORKBENCH_PROJECT: "other" }))).toEqual([]);
    expect(Object.fromEntries(new URLSearchParams(asked.join("")))).toEqual({
      Action: "DescribeImages",
      Version: "2016-11-15",
      "Owner.1": "self",
      "Filter.1.Name": "name",
      "Filter.1.Value.1": "other-workbench-amd64-*",
      "Filter.2.Name": "state",
      "Filter.2.Value.1": "available",
      "Filter.3.Name": "tag:Project",
      "Filter.3.Value.1": "other",
      "Filter.4.Name": "tag:Image",
      "Filter.4.Value.1": "workbench",
    });
  });

  test("fails with what the API said", async () => {
    const { port } = await answering(503, "it is stopping");
    await expect(findOwnImages(port, local())).rejects.toThrow(
      "DescribeImages: expected status 200, got 503: it is stopping",
    );
  });
});
