import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import type { Construct } from "constructs";
import { PrivateBucket } from "./private-bucket";

/** Properties of a state bucket. */
export interface StateBucketProps {
  /** Name of the bucket, unique in all of S3. */
  readonly name: string;
  /** Refuse every plan that destroys or replaces the bucket. @default true */
  readonly preventDestroy?: boolean;
}

/** A private S3 bucket for Terraform state, which keeps every version. */
export class StateBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, { name, preventDestroy = true }: StateBucketProps) {
    super(scope, id, { name, holds: "Terraform state of every stack", preventDestroy });
    const bucket = this.bucket.id;
    new S3BucketVersioningA(this, "versioning", { bucket, versioningConfiguration: { status: "Enabled" } });
  }
}
