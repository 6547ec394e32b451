import { describe, expect, it } from "vitest";
import { only, synthesize } from "../synthesize";

/** State is the only record of deployed resources, and holds their attributes in plain text. */
describe("stack state", () => {
  const bucket = "${aws_s3_bucket.state_bucket.id}";

  it("protects the bucket, unless the setting says otherwise", () => {
    const protects = (values = {}) =>
      only(synthesize("state", values).resource, "aws_s3_bucket").lifecycle.prevent_destroy;
    expect(protects()).toBe(true);
    expect(protects({ STATE_PREVENT_DESTROY: "false" })).toBe(false);
  });

  it("lets nobody destroy the bucket while states are in it", () => {
    expect(only(synthesize("state").resource, "aws_s3_bucket")).not.toHaveProperty("force_destroy");
  });

  it("keeps every version of a state", () => {
    expect(only(synthesize("state").resource, "aws_s3_bucket_versioning")).toMatchObject({
      bucket,
      versioning_configuration: { status: "Enabled" },
    });
  });

  it("encrypts states with KMS", () => {
    expect(only(synthesize("state").resource, "aws_s3_bucket_server_side_encryption_configuration")).toMatchObject({
      bucket,
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms" }, bucket_key_enabled: true }],
    });
  });

  it("refuses every request without TLS", () => {
    const policy = only(synthesize("state").resource, "aws_s3_bucket_policy");
    const arn = "${aws_s3_bucket.state_bucket.arn}";
    expect(policy.bucket).toBe(bucket);
    expect(JSON.parse(policy.policy).Statement).toEqual([
      expect.objectContaining({
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    ]);
  });

  it("is closed to the public in all four ways", () => {
    expect(only(synthesize("state").resource, "aws_s3_bucket_public_access_block")).toMatchObject({
      bucket,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
  });

  it("makes the bucket that the setting names, or else one named after the account", () => {
    const name = (values = {}) => only(synthesize("state", values).resource, "aws_s3_bucket").bucket;
    expect(name({ STATE_BUCKET: "my-states" })).toBe("my-states");
    expect(name()).toBe("workbench-local-state-${data.aws_caller_identity.caller.account_id}");
  });
});
