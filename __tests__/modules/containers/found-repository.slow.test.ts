import { TerraformOutput } from "cdktf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assumeRolePolicy } from "../../../modules/access/policy-documents";
import { Role } from "../../../modules/access/role";
import { FoundRepository } from "../../../modules/containers/found-repository";
import type { Build } from "../synthesize-module";
import { TerraformUser } from "../terraform-user";

/** An image of no layers: an index that lists none. */
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: "application/vnd.oci.image.index.v1+json",
  manifests: [],
});

describe("a repository that another stack made, planned", () => {
  let user: TerraformUser;
  let accountId: string;
  let digest: string;

  beforeAll(async () => {
    user = await TerraformUser.start();
    accountId = (await user.aws("sts", "get-caller-identity")).Account;
    digest = await push("couchdb", "3.5.0");
  });
  afterAll(() => user?.end());

  const push = async (name: string, tag: string): Promise<string> => {
    await user.aws("ecr", "create-repository", "--repository-name", name);
    const where = ["--repository-name", name, "--image-tag", tag];
    return (await user.aws("ecr", "put-image", ...where, "--image-manifest", manifest)).image.imageId.imageDigest;
  };

  /** A role that may pull one image, whose condition is the one of the image. */
  const pull =
    (name: string, imageDigest: string): Build =>
    (stack) => {
      const where = { partition: "aws", region: "eu-west-1", accountId };
      const repository = new FoundRepository(stack, "couchdb", { name, ...where, fix: "deploy it" });
      const { uri, preconditions } = repository.image({ value: imageDigest, setting: "ecs.couchdb.digest" });
      const role = new Role(stack, "role", {
        name: "puller",
        description: "A host's",
        trustPolicy: assumeRolePolicy("ec2.amazonaws.com"),
      });
      role.role.lifecycle = { precondition: [...preconditions] };
      repository.grantPull(role);
      new TerraformOutput(stack, "image", { value: uri, description: "The image." });
    };

  it("is the one of exactly its name, and gives the image by its digest", async () => {
    const output = await user.plan(pull("couchdb", digest));
    expect(output).toContain(`+ image = "${accountId}.dkr.ecr.eu-west-1.amazonaws.com/couchdb@${digest}"`);
    expect(output).toContain(`Resource = [ + "arn:aws:ecr:eu-west-1:${accountId}:repository/couchdb", ]`);
  });

  it("fails: no repository of exactly this name, in one sentence", async () => {
    const problems = await user.failToPlan(pull("couch", digest));
    expect(problems).toEqual([expect.stringContaining("repository: expected one named couch, got none; deploy it.")]);
  });

  it("fails: a digest that the repository lacks, at an address that names setting, digest and remedy", async () => {
    const lacking = `sha256:${"0a".repeat(32)}`;
    const problems = await user.failToPlan(pull("couchdb", lacking));
    const address = `ecs.couchdb.digest: ${lacking}, pushed with \`docker push <registry>/couchdb:<tag>\``;
    expect(problems).toEqual([
      expect.stringContaining(
        `couldn't find resource with data.aws_ecr_image.couchdb_image_of_ecs_couchdb_digest["${address}"]`,
      ),
    ]);
  });

  it("lets what pulls from it be destroyed when it is gone", async () => {
    const gone = await push("web", "1");
    await user.applyAndDestroy(pull("web", gone), () =>
      user.aws("ecr", "delete-repository", "--repository-name", "web", "--force"),
    );
  });
});
