import { partitionOf } from "./partition";

/** The settings that say where things are; sections that are not there name nothing. */
export interface PlacedSettings {
  readonly aws?: { readonly region: string };
  readonly state?: { readonly region: string | null };
  readonly ebs?: { readonly kmsKeyArn: string | null };
  readonly ec2?: {
    readonly role: {
      readonly managedPolicyArns: readonly string[];
      readonly statements: readonly { readonly resources: readonly string[] }[];
    };
  };
  readonly image?: { readonly kmsKeyArn: string | null };
}

/** A setting that names something out of reach, and the phrase that completes "expected …". */
export interface PlaceProblem {
  readonly path: readonly (string | number)[];
  readonly value: string;
  readonly expected: string;
}

/** Everything named that `aws.region` cannot reach: credentials end at a partition, and EBS uses the keys of its own region. */
export function placeProblems({ aws, state, ebs, ec2, image }: PlacedSettings): PlaceProblem[] {
  const problems: PlaceProblem[] = [];
  if (!aws) return problems;
  const partition = partitionOf(aws.region);
  const demand = (
    path: PlaceProblem["path"],
    value: string | null | undefined,
    fits: (value: string) => boolean,
    what: string,
  ) => {
    if (typeof value === "string" && !fits(value)) problems.push({ path, value, expected: what });
  };
  const inPartition = `in the partition ${partition}, as aws.region ${aws.region} is`;
  demand(["state", "region"], state?.region, (region) => partitionOf(region) === partition, `a region ${inPartition}`);
  const isKeyHere = (arn: string): boolean => arn.startsWith(`arn:${partition}:kms:${aws.region}:`);
  const keyHere = `a KMS key in aws.region ${aws.region}`;
  demand(["ebs", "kmsKeyArn"], ebs?.kmsKeyArn, isKeyHere, keyHere);
  demand(["image", "kmsKeyArn"], image?.kmsKeyArn, isKeyHere, keyHere);
  for (const [index, arn] of (ec2?.role.managedPolicyArns ?? []).entries()) {
    demand(
      ["ec2", "role", "managedPolicyArns", index],
      arn,
      (one) => canName(one, partition),
      `a policy ${inPartition}`,
    );
  }
  for (const [number, { resources }] of (ec2?.role.statements ?? []).entries()) {
    for (const [index, arn] of resources.entries()) {
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
