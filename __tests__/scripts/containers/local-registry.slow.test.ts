import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LocalRegistry } from "../../../scripts/containers/local-registry";
import { pushImage } from "../../../scripts/containers/push-image";
import { findProgram } from "../../../scripts/setup/tools";
import { ApiOnly } from "../npm/api-only";
import { imageObstacle } from "./image-process";
import { smallImage } from "./small-image";

const obstacle = imageObstacle() ?? (findProgram("docker-registry") ? undefined : "docker-registry is not installed");
const repository = "app";

describe.skipIf(obstacle !== undefined)(`the registry of a local AWS${obstacle ? ` (${obstacle})` : ""}`, () => {
  let user: ApiOnly;
  let registry: LocalRegistry;
  beforeAll(async () => {
    user = await ApiOnly.make();
    const environment = await user.environment();
    const port = Number(new URL(environment["AWS_ENDPOINT_URL"] ?? "").port);
    const key = {
      accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    };
    registry = await LocalRegistry.of({ port, key }, environment["AWS_REGION"] ?? "");
  });
  afterAll(() => user?.remove());

  test("has no newest image without a repository, nor without an image in it", async () => {
    expect(await registry.newestDigest(repository)).toBeUndefined();
    await user.run("local", ["aws", "ecr", "create-repository", "--repository-name", repository]);
    expect(await registry.newestDigest(repository)).toBeUndefined();
  });

  test("names the image that was pushed last", async () => {
    for (const tag of ["1", "2"]) {
      const image = await smallImage(tag);
      await pushImage(image, { registry: registry.address, repository, tag, token: await registry.token() });
      expect(await registry.newestDigest(repository)).toBe(image.digest);
    }
  });
});
