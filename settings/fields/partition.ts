/**
 * AWS partitions by the prefix of their regions. Every other region is in `aws`. Source: partitions.json of the AWS
 * SDKs (read 2026-11).
 */
const partitionOfPrefix: Readonly<Record<string, string>> = {
  "cn-": "aws-cn",
  "us-gov-": "aws-us-gov",
  "us-iso-": "aws-iso",
  "us-isob-": "aws-iso-b",
  "eu-isoe-": "aws-iso-e",
  "us-isof-": "aws-iso-f",
  "eusc-": "aws-eusc",
};

/** The partition of a region, which is the second part of every ARN there: `aws-cn` for `cn-north-1`. */
export function partitionOf(region: string): string {
  const prefix = Object.keys(partitionOfPrefix).find((start) => region.startsWith(start));
  return partitionOfPrefix[prefix ?? ""] ?? "aws";
}
