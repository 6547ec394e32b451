import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { Repository, type RepositoryProps } from "../../../modules/containers/repository";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const synthesize = (props: Partial<RepositoryProps> = {}) =>
  synthesizeModule((stack) => {
    const repository = new Repository(stack, "couchdb", { name: "test-couchdb", holds: "images of CouchDB", ...props });
    for (const name of ["name", "arn", "uri"] as const) {
      new TerraformOutput(stack, name, { value: repository[name], description: name });
    }
  });
const made = (props: Partial<RepositoryProps> = {}) => only(synthesize(props).resource, "aws_ecr_repository");

describe("Repository", () => {
  it("scans what is pushed, and a tag means one image for ever", () => {
    expect(made()).toMatchObject({
      name: "test-couchdb",
      image_tag_mutability: "IMMUTABLE",
      image_scanning_configuration: { scan_on_push: true },
    });
  });

  it("is encrypted, with a key of the account's own if there is one", () => {
    expect(made().encryption_configuration).toEqual([{ encryption_type: "AES256" }]);
    const kmsKeyArn = "arn:aws:kms:eu-west-1:123456789012:key/1";
    expect(made({ kmsKeyArn }).encryption_configuration).toEqual([{ encryption_type: "KMS", kms_key: kmsKeyArn }]);
  });

  it("carries data: it says what, is protected, and is not destroyed with its images", () => {
    expect(made()).toMatchObject({
      tags: { Name: "test-couchdb", Holds: "images of CouchDB" },
      force_delete: false,
      lifecycle: { prevent_destroy: true },
    });
  });

  it("can be destroyed with its images only if both are asked for", () => {
    expect(made({ preventDestroy: false, deleteImages: true })).toMatchObject({
      force_delete: true,
      lifecycle: { prevent_destroy: false },
    });
  });

  it("expires untagged images, apart from as many of the newest as wanted", () => {
    const { repository, policy } = only(synthesize({ keepUntagged: 4 }).resource, "aws_ecr_lifecycle_policy");
    expect(repository).toBe("${aws_ecr_repository.couchdb.name}");
    expect(JSON.parse(policy).rules).toEqual([
      expect.objectContaining({
        selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 4 },
      }),
    ]);
  });

  it("hands over its name, ARN and address", () => {
    expect(Object.values(synthesize().output).map(({ value }) => value)).toEqual([
      "${aws_ecr_repository.couchdb.arn}",
      "${aws_ecr_repository.couchdb.name}",
      "${aws_ecr_repository.couchdb.repository_url}",
    ]);
  });
});
