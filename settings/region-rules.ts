import { partitionOf } from "./fields/partition";
import type { RightParts } from "./load/rules";
import type { FileSettings } from "./schema";

/** A setting that names something out of reach, and the phrase that completes "expected …". */
export interface RegionProblem {
  readonly path: readonly (string | number)[];
  readonly value: string;
  readonly expected: string;
}

/** Everything named that `aws.region` cannot reach: credentials end at a partition, and EBS uses the keys of its own region. */
export function regionProblems({ aws, state, ebs, ec2, image }: RightParts<FileSettings>): RegionProblem[] {
  const problems: RegionProblem[] = [];
  if (aws?.region === undefined) return problems;
  const { region } = aws;
  const partition = partitionOf(region);
  const demand = (
    path: RegionProblem["path"],
    value: string | null | undefined,
    fits: (value: string) => boolean,
    what: string,
  ) => {
    if (typeof value === "string" && !fits(value)) problems.push({ path, value, expected: what });
  };
  const inPartition = `in the partition ${partition}, as aws.region ${region} is`;
  demand(["state", "region"], state?.region, (one) => partitionOf(one) === partition, `a region ${inPartition}`);
  const isKeyHere = (arn: string): boolean => arn.startsWith(`arn:${partition}:kms:${region}:`);
  const keyHere = `a KMS key in aws.region ${region}`;
  demand(["ebs", "kmsKeyArn"], ebs?.kmsKeyArn, isKeyHere, keyHere);
  demand(["image", "kmsKeyArn"], image?.kmsKeyArn, isKeyHere, keyHere);
  for (const [index, arn] of (ec2?.role?.managedPolicyArns ?? []).entries()) {
    demand(
      ["ec2", "role", "managedPolicyArns", index],
      arn,
      (one) => canName(one, partition),
      `a policy ${inPartition}`,
    );
  }
  for (const [number, statement] of (ec2?.role?.statements ?? []).entries()) {
    for (const [index, arn] of (statement?.resources ?? []).entries()) {
      const path = ["ec2", "role", "statements", number, "resources", index];
      demand(path, arn, (one) => one === "*" || canName(one, partition), `a resource ${inPartition}`);
    }
  }
  return problems;
}

/** Whether an ARN can name something in `partition`; a pattern in an IAM statement (`arn:*:s3:::data`) can. */
function canName(arn: string, partition: string): boolean {
  const named = arn.split(":")[1] ?? "";
  return named === partition || /[*?$]/.test(named);
}
