import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { Construct } from "constructs";
import { tlsOnlyBucketPolicy } from "../access/policy-documents";

/** Properties of a state bucket. */
export interface StateBucketProps {
  /** Name of the bucket, unique in all of S3. */
  readonly name: string;
  /** Refuse every plan that destroys or replaces the bucket. @default true */
  readonly preventDestroy?: boolean;
}

/** An S3 bucket for Terraform state: versioned, encrypted, TLS only, closed to the public. */
export class StateBucket extends Construct {
  /** The bucket itself. */
  readonly bucket: S3Bucket;

  constructor(scope: Construct, id: string, props: StateBucketProps) {
    super(scope, id);
    this.bucket = new S3Bucket(this, "this", {
      bucket: props.name,
      tags: { Name: props.name, Holds: "Terraform state of every stack" },
      lifecycle: { preventDestroy: props.preventDestroy ?? true },
    });
    const bucket = this.bucket.id;
    new S3BucketVersioningA(this, "versioning", { bucket, versioningConfiguration: { status: "Enabled" } });
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" }, bucketKeyEnabled: true }],
    });
    new S3BucketOwnershipControls(this, "ownership", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } });
    const publicAccess = new S3BucketPublicAccessBlock(this, "public_access", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    // S3 refuses two simultaneous changes to a bucket's access.
    new S3BucketPolicy(this, "tls_only", {
      bucket,
      policy: tlsOnlyBucketPolicy(this.bucket.arn),
      dependsOn: [publicAccess],
    });
  }
}
