import { z } from "zod";
import { text } from "./fields";
import { partitionOf } from "./partition";

/** Checks whether `region` can use a value. If not, it returns the phrase that completes "expected …". */
export interface Reach {
  readonly elsewhere: (value: string, region: string) => string | undefined;
}

/**
 * Fields whose value must be usable from `aws.region`. Credentials are valid in one partition only, and a service only
 * uses KMS keys of its own region. The loader checks every registered field of every section (load/reach.ts).
 */
export const reachOf = z.registry<Reach>();

/** A region of AWS. */
export const region = () => text(/^[a-z]{2,4}(-[a-z]+)+-\d$/, "an AWS region such as eu-west-1");

/** A region of the partition that `aws.region` is in. */
export const regionInPartition = () =>
  region().register(reachOf, {
    elsewhere: (value, home) =>
      partitionOf(value) === partitionOf(home) ? undefined : `a region ${inPartitionOf(home)}`,
  });

/** An availability zone. */
export const availabilityZone = () => text(/^[a-z]{2,4}(-[a-z]+)+-\d[a-z]$/, "an availability zone such as eu-west-1a");

/**
 * ARN of a KMS key in `aws.region`. It must not be an alias: if the alias moved to another key, Terraform would replace
 * the resources that it encrypts.
 */
export const kmsKeyArn = () =>
  text(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
    "the ARN of a KMS key, such as arn:aws:kms:eu-west-1:123456789012:key/0123abcd-…",
  ).register(reachOf, {
    elsewhere: (arn, home) =>
      arn.startsWith(`arn:${partitionOf(home)}:kms:${home}:`) ? undefined : `a KMS key in aws.region ${home}`,
  });

/** ARN of a secret in `aws.region`, as Secrets Manager gives it: with six characters behind the name. */
export const secretArn = () =>
  text(
    /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
    "the ARN of a secret, such as arn:aws:secretsmanager:eu-west-1:123456789012:secret:admin-a1B2c3",
  ).register(reachOf, {
    elsewhere: (arn, home) =>
      arn.startsWith(`arn:${partitionOf(home)}:secretsmanager:${home}:`) ? undefined : `a secret in aws.region ${home}`,
  });

/** ARN of an IAM policy in the partition of `aws.region`. */
export const policyArn = () =>
  text(/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/, "the ARN of an IAM policy").register(reachOf, {
    elsewhere: (arn, home) => (canName(arn, partitionOf(home)) ? undefined : `a policy ${inPartitionOf(home)}`),
  });

/** Resource in an IAM statement: an ARN in the partition of `aws.region`, a pattern of such ARNs, or `*`. */
export const resourceArn = () =>
  text(/^(\*|arn:\S+)$/, "an ARN").register(reachOf, {
    elsewhere: (arn, home) =>
      arn === "*" || canName(arn, partitionOf(home)) ? undefined : `a resource ${inPartitionOf(home)}`,
  });

/** Name of an S3 bucket, without the rare ones that S3 reserves. */
export const s3BucketName = () =>
  text(/^(?!.*\.\.)(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of an S3 bucket");

function inPartitionOf(home: string): string {
  return `in partition ${partitionOf(home)}, the partition of aws.region ${home}`;
}

/** Whether an ARN can name a resource in `partition`. So can a pattern in an IAM statement (`arn:*:s3:::data`). */
function canName(arn: string, partition: string): boolean {
  const named = arn.split(":")[1] ?? "";
  return named === partition || /[*?$]/.test(named);
}
