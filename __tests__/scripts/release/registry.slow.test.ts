import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Registry } from "../../../scripts/release/registry";
import { ApiOnly } from "../npm/api-only";
import { localTarget } from "./release-target";

/** An image of no layers: an index that lists none. */
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: "application/vnd.oci.image.index.v1+json",
  manifests: [],
});

describe("a service's repository in a local ECR", () => {
  let api: ApiOnly;
  let registry: Registry;
  const repositoryName = "workbench-local-grand-central";

  beforeAll(async () => {
    api = await ApiOnly.make();
    await api.environment();
    registry = await Registry.open(localTarget(api.local));
  });
  afterAll(() => api?.remove());

  it("fails while there is none, and says how to make it", async () => {
    await expect(registry.find({ imageTag: "v1" })).rejects.toThrow(
      `repository: expected ${repositoryName} in eu-west-1, got none; run \``,
    );
  });

  it("has no image before one is pushed, and then finds it by tag and digest, also by a second tag", async () => {
    const { port, key } = api.local;
    const client = new ECRClient({ region: "eu-west-1", endpoint: `http://127.0.0.1:${port}`, credentials: key });
    await client.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: "IMMUTABLE" }));
    expect(await registry.find({ imageTag: "v1" })).toBeUndefined();
    await client.send(new PutImageCommand({ repositoryName, imageTag: "v1", imageManifest: manifest }));
    const image = await registry.find({ imageTag: "v1" });
    expect(image?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    await registry.tag(image?.digest ?? "", "v2");
    await registry.tag(image?.digest ?? "", "v2");
    const both = await registry.find({ imageDigest: image?.digest ?? "" });
    expect([...(both?.tags ?? [])].sort()).toEqual(["v1", "v2"]);
    expect(await registry.images()).toHaveLength(1);
    const other = { repositoryName, imageTag: "v3", imageManifest: manifest.replace("{", "{ ") };
    await client.send(new PutImageCommand(other));
    await expect(registry.tag(image?.digest ?? "", "v3")).rejects.toThrow(
      /ECR's PutImage in eu-west-1: ImageTagAlready/,
    );
  });

  it("gives a login for the local AWS itself", async () => {
    const { host, token } = await registry.login();
    expect(host).toBe(`127.0.0.1:${api.local.port}`);
    expect(Buffer.from(token, "base64").toString()).toMatch(/^AWS:./);
  });
});
