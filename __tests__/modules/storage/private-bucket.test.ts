import { describe, expect, it } from "vitest";
import { PrivateBucket, type PrivateBucketProps } from "../../../modules/storage/private-bucket";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const made = (props: Partial<PrivateBucketProps> = {}) =>
  synthesizeModule((stack) => {
    new PrivateBucket(stack, "bundles", { name: "scripts", holds: "scripts for hosts", ...props });
  }).resource;

describe("PrivateBucket", () => {
  const bucket = "${aws_s3_bucket.bundles.id}";

  it("is encrypted, closed to the public, and its account owns every object", () => {
    const resource = made();
    expect(only(resource, "aws_s3_bucket_server_side_encryption_configuration")).toMatchObject({
      bucket,
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms" } }],
    });
    expect(only(resource, "aws_s3_bucket_public_access_block")).toMatchObject({
      bucket,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(only(resource, "aws_s3_bucket_ownership_controls")).toMatchObject({
      bucket,
      rule: { object_ownership: "BucketOwnerEnforced" },
    });
  });

  it("refuses every request without TLS", () => {
    const { policy } = only(made(), "aws_s3_bucket_policy");
    expect(JSON.parse(policy).Statement).toMatchObject([
      { Effect: "Deny", Action: "s3:*", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ]);
  });

  it("lets the provider end its name if it has a prefix", () => {
    const { bucket: name, bucket_prefix } = only(made({ name: { prefix: "workbench-" } }), "aws_s3_bucket");
    expect({ name, bucket_prefix }).toEqual({ name: undefined, bucket_prefix: "workbench-" });
    const long = "a-prefix-that-is-longer-than-the-provider-takes-";
    expect(only(made({ name: { prefix: long } }), "aws_s3_bucket").bucket_prefix).toBe(long.slice(0, 37));
  });

  it("deletes its objects with it only if that is asked for", () => {
    expect(only(made(), "aws_s3_bucket")).not.toHaveProperty("force_destroy");
    expect(only(made({ deleteObjects: true }), "aws_s3_bucket").force_destroy).toBe(true);
  });
});
