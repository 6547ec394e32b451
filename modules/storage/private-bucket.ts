import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { Construct } from "constructs";
import { tlsOnlyBucketPolicy } from "../access/policy-documents";

/** Properties of a private bucket. */
export interface PrivateBucketProps {
  /**
   * Name of the bucket, unique in all of S3, or a prefix to whose first 37 characters the provider adds a unique end.
   * Changing this replaces the bucket.
   */
  readonly name: string | { readonly prefix: string };
  /** What the bucket holds, for people who read a plan. */
  readonly holds: string;
  /** Refuse every plan that destroys or replaces the bucket. @default false */
  readonly preventDestroy?: boolean;
  /** Delete the objects with the bucket. @default false: a bucket with objects cannot be destroyed */
  readonly deleteObjects?: boolean;
}

/** An S3 bucket: encrypted, TLS only, closed to the public, and the account owns every object. */
export class PrivateBucket extends Construct {
  /** The bucket itself. */
  readonly bucket: S3Bucket;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { name, holds, preventDestroy, deleteObjects } = props;
    const [bucketName, shownName] =
      typeof name === "string" ? [{ bucket: name }, name] : [{ bucketPrefix: name.prefix.slice(0, 37) }, name.prefix];
    this.bucket = new S3Bucket(this, "this", {
      ...bucketName,
      forceDestroy: deleteObjects,
      tags: { Name: shownName, Holds: holds },
      lifecycle: { preventDestroy: preventDestroy ?? false },
    });
    const bucket = this.bucket.id;
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
