import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { Role } from "../../../modules/access/role";
import { FoundRepository } from "../../../modules/containers/found-repository";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const digest = `sha256:${"0a".repeat(32)}`;
let conditions: readonly { readonly errorMessage: string }[] = [];
const { data, resource, output } = synthesizeModule((stack) => {
  const repository = new FoundRepository(stack, "couchdb", {
    name: "test-couchdb",
    partition: "aws-cn",
    region: "cn-north-1",
    accountId: "123456789012",
    fix: "deploy it",
  });
  const { uri, preconditions } = repository.image({ value: digest, setting: "ecs.couchdb.digest" });
  conditions = preconditions;
  new TerraformOutput(stack, "image", { value: uri, description: "The image." });
  repository.grantPull(new Role(stack, "role", { name: "role", description: "A host's", trustPolicy: "{}" }));
});

describe("FoundRepository", () => {
  it("fails a plan with the fix if there is none of this name", () => {
    expect(only(data, "aws_ecr_repositories").lifecycle.postcondition).toEqual([
      {
        condition: '${try(contains(self.names, "test-couchdb"), false)}',
        error_message: "repository: expected one named test-couchdb, got none; deploy it.",
      },
    ]);
  });

  it("names an image by its digest, in the registry of account, region and partition", () => {
    expect(output["image"]?.value).toBe(
      `123456789012.dkr.ecr.cn-north-1.\${data.aws_partition.couchdb_partition.dns_suffix}/test-couchdb@${digest}`,
    );
  });

  it("looks up the image at an address that says what is missing, unless there is no repository", () => {
    const key = `ecs.couchdb.digest: ${digest}, pushed with \`docker push <registry>/test-couchdb:<tag>\``;
    const there = 'try(contains(data.aws_ecr_repositories.couchdb.names, "test-couchdb"), false)';
    expect(data["aws_ecr_image"]).toMatchObject({
      couchdb_image_of_ecs_couchdb_digest: {
        for_each: `\${toset([for key in ["${key}"] : key if ${there}])}`,
        repository_name: "test-couchdb",
        image_digest: digest,
      },
    });
  });

  it("refuses an image that would expire", () => {
    expect(conditions.map(({ errorMessage }) => errorMessage)).toEqual([
      "ecs.couchdb.digest: expected the digest of an image with a tag, since images without one expire, " +
        `got ${digest}; push it to test-couchdb with a tag.`,
    ]);
  });

  it("lets a role pull its images, and no others", () => {
    const { name, policy } = only(resource, "aws_iam_role_policy");
    expect(name).toBe("pull_couchdb");
    expect(JSON.parse(policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: ["arn:aws-cn:ecr:cn-north-1:123456789012:repository/test-couchdb"],
      },
      { Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
    ]);
  });
});
