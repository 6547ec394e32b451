import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { kmsKeyArn, s3BucketName, secretArn } from "../../../settings/fields/aws-names";
import { listOf, section } from "../../../settings/fields/fields";
import { reportOutOfReach } from "../../../settings/load/reach";
import { loadSettings } from "../../../stacks/settings";

const gov = {
  WORKBENCH_SSH_ALLOW_FROM: "[203.0.113.7/32]",
  WORKBENCH_AWS_REGION: "us-gov-west-1",
  WORKBENCH_AWS_AVAILABILITY_ZONE: "us-gov-west-1a",
};

const load = (environment: NodeJS.ProcessEnv) => loadSettings({ environment: { ...gov, ...environment } });

describe("values that aws.region can use", () => {
  it.each<[string, NodeJS.ProcessEnv]>([
    ["a policy of its partition", { WORKBENCH_EC2_ROLE_MANAGED_POLICY_ARNS: "['arn:aws-us-gov:iam::aws:policy/P']" }],
    [
      "resources of its partition, of every partition, and all of them",
      {
        WORKBENCH_EC2_ROLE_STATEMENTS:
          "[{ actions: ['s3:*'], resources: ['arn:aws-us-gov:s3:::data', 'arn:*:s3:::data', " +
          "'arn:aws*:s3:::data', '*'] }]",
      },
    ],
    ["a key of its own", { WORKBENCH_EBS_KMS_KEY_ARN: "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1" }],
    ["a state bucket elsewhere in its partition", { WORKBENCH_STATE_REGION: "us-gov-east-1" }],
  ])("%s", (_, environment) => {
    expect(() => load(environment)).not.toThrow();
  });

  it.each<[string, NodeJS.ProcessEnv, string]>([
    [
      "a policy of another partition",
      { WORKBENCH_EC2_ROLE_MANAGED_POLICY_ARNS: "['arn:aws:iam::aws:policy/ReadOnlyAccess']" },
      "ec2.role.managedPolicyArns[0]: expected a policy in partition aws-us-gov, " +
        'the partition of aws.region us-gov-west-1, got "arn:aws:iam::aws:policy/ReadOnlyAccess"',
    ],
    [
      "a resource of another partition",
      { WORKBENCH_EC2_ROLE_STATEMENTS: "[{ actions: ['s3:*'], resources: ['arn:aws:s3:::data'] }]" },
      "ec2.role.statements[0].resources[0]: expected a resource in partition aws-us-gov, " +
        'the partition of aws.region us-gov-west-1, got "arn:aws:s3:::data"',
    ],
    [
      "a key of another region",
      { WORKBENCH_EBS_KMS_KEY_ARN: "arn:aws-us-gov:kms:us-gov-east-1:123456789012:key/1" },
      "ebs.kmsKeyArn: expected a KMS key in aws.region us-gov-west-1, " +
        'got "arn:aws-us-gov:kms:us-gov-east-1:123456789012:key/1"',
    ],
    [
      "a state bucket in another partition",
      { WORKBENCH_STATE_REGION: "eu-west-1" },
      "state.region: expected a region in partition aws-us-gov, " +
        'the partition of aws.region us-gov-west-1, got "eu-west-1"',
    ],
  ])("fails: %s", (_, environment, sentence) => {
    expect(() => load(environment)).toThrow(sentence);
  });

  it("fails: a key in a list of a record", () => {
    const schema = section({ keys: z.record(z.string(), section({ arns: listOf(kmsKeyArn(), "ARNs") })) });
    const report = vi.fn();
    const arn = "arn:aws:kms:eu-west-1:123456789012:key/1";
    reportOutOfReach(schema, { keys: { mine: { arns: [arn] } } }, "eu-west-2", report);
    expect(report).toHaveBeenCalledExactlyOnceWith(
      ["keys", "mine", "arns", 0],
      arn,
      "a KMS key in aws.region eu-west-2",
    );
  });
});

describe("names of AWS", () => {
  const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";

  it.each<[string, z.ZodString, readonly string[]]>([
    ["secretArn", secretArn(), [`${arn}admin-a1B2c3`, `${arn}team/admin_2@x=y+z.w-a1B2c3`]],
    ["s3BucketName", s3BucketName(), ["abc", "data.example.org", `a${"-b".repeat(31)}`]],
  ])("%s accepts what AWS gives", (_, field, values) => {
    for (const value of values) expect(field.parse(value)).toBe(value);
  });

  it.each<[string, z.ZodString, string, readonly unknown[]]>([
    [
      "secretArn",
      secretArn(),
      "the ARN of a secret, such as arn:aws:secretsmanager:eu-west-1:123456789012:secret:admin-a1B2c3",
      [
        ...["admin", `${arn}admin`, `${arn}admin-a1B2c`, `${arn}-a1B2c3`, `${arn}admin-a1B2c3:password::`, 1],
        ...[arn.replace("secretsmanager", "ssm"), `${arn.replace("123456789012", "1234")}admin-a1B2c3`],
      ],
    ],
    [
      "s3BucketName",
      s3BucketName(),
      "the name of an S3 bucket",
      ["ab", "a".repeat(64), "Data", "data_1", "-data", "data-", "a..b", "192.0.2.1", "s3://data", ""],
    ],
  ])("fails: %s, with one phrase", (_, field, phrase, values) => {
    for (const value of values) {
      expect(field.safeParse(value).error?.issues.map(({ message }) => message)).toEqual([phrase]);
    }
  });

  it.each([
    ["eu-west-1", "arn:aws:secretsmanager:eu-west-2:123456789012:secret:admin-a1B2c3"],
    ["cn-north-1", "arn:aws:secretsmanager:cn-north-1:123456789012:secret:admin-a1B2c3"],
  ])("fails: a secret that %s cannot use", (region, value) => {
    const report = vi.fn();
    reportOutOfReach(section({ secretArn: secretArn().nullable() }), { secretArn: value }, region, report);
    expect(report).toHaveBeenCalledExactlyOnceWith(["secretArn"], value, `a secret in aws.region ${region}`);
  });

  it("a secret of its own region is in reach", () => {
    const report = vi.fn();
    reportOutOfReach(section({ secretArn: secretArn() }), { secretArn: `${arn}admin-a1B2c3` }, "eu-west-1", report);
    expect(report).not.toHaveBeenCalled();
  });
});

it("fails when one account would have two policies of a name", () => {
  const environment = {
    WORKBENCH_EC2_ROLE_MANAGED_POLICY_ARNS:
      "['arn:aws:iam::aws:policy/Read', 'arn:aws:iam::123456789012:policy/Read', 'arn:aws:iam::aws:policy/a/Read']",
  };
  expect(() => loadSettings({ environment })).toThrow(
    'ec2.role.managedPolicyArns[2]: expected a policy with another name than those before it, since an account has one policy of a name, got "arn:aws:iam::aws:policy/a/Read"',
  );
});
