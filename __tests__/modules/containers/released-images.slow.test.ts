import { DataResource, TerraformOutput } from "cdktf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FoundRepository } from "../../../modules/containers/found-repository";
import { ReleasedImages } from "../../../modules/containers/released-images";
import type { Build } from "../synthesize-module";
import { TerraformUser } from "../terraform-user";

const digest = `sha256:${"0a".repeat(32)}`;
const parameter = "/test/ecs/app/image";

/** A stack that says which image runs, and how many tasks. */
const runs =
  (repositoryName: string): Build =>
  (stack) => {
    const where = { partition: "aws", region: "eu-west-1", accountId: "123456789012" };
    const repository = new FoundRepository(stack, "app", { name: repositoryName, ...where, fix: "deploy it" });
    const released = new ReleasedImages(stack, "released", { path: "/test/ecs", initial: "none" });
    const { uri, taskCount } = released.of({ name: "app", parameter, repository, fix: "deploy it again" });
    new TerraformOutput(stack, "image", { value: uri, description: "The image." });
    new TerraformOutput(stack, "tasks", { value: taskCount, description: "The tasks." });
    new DataResource(stack, "resource");
  };

describe("what was released, planned", () => {
  let user: TerraformUser;

  beforeAll(async () => {
    user = await TerraformUser.start();
    await user.aws("ecr", "create-repository", "--repository-name", "app");
  });
  afterAll(() => user?.end());

  const put = (value: string) =>
    user.aws("ssm", "put-parameter", "--name", parameter, "--type", "String", "--overwrite", "--value", value);

  it("fails: no parameter, in one sentence, since the service would end", async () => {
    expect(await user.failToPlan(runs("app"))).toEqual([
      expect.stringContaining(`release of app: expected the parameter ${parameter}, got none; deploy it again.`),
    ]);
  });

  it("fails: no repository, in one sentence, which is not about the parameter", async () => {
    expect(await user.failToPlan(runs("other"))).toEqual([
      expect.stringContaining("repository: expected one named other, got none; deploy it."),
    ]);
  });

  it.each<[string, string, string, number]>([
    ["before the first release", "none", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:no-release-yet", 0],
    ["a digest of its own repository", digest, `123456789012.dkr.ecr.eu-west-1.amazonaws.com/app@${digest}`, 1],
    ["an image elsewhere", `public.ecr.aws/app@${digest}`, `public.ecr.aws/app@${digest}`, 1],
  ])("is %s", async (_, value, image, tasks) => {
    await put(value);
    const output = await user.plan(runs("app"));
    expect(output).toContain(`+ image = "${image}"`);
    expect(output).toContain(`+ tasks = ${tasks}`);
  });
});
