import { expect, it } from "vitest";
import {
  allowPolicy,
  assumeRolePolicy,
  publishPolicy,
  readSecretStatements,
  tlsOnlyBucketPolicy,
  tlsOnlyQueuePolicy,
  webIdentityPolicy,
} from "../../../modules/access/policy-documents";

const arn = "arn:aws:s3:::states";

it.each([
  [
    "assumeRolePolicy",
    assumeRolePolicy("ec2.amazonaws.com"),
    [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
  ],
  [
    "assumeRolePolicy with conditions",
    assumeRolePolicy("ecs-tasks.amazonaws.com", { StringEquals: { "aws:SourceAccount": "123456789012" } }),
    [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
      },
    ],
  ],
  [
    "webIdentityPolicy",
    webIdentityPolicy({
      providerArn: "arn:aws:iam::123456789012:oidc-provider/tokens.example.org",
      issuer: "tokens.example.org",
      audience: "sts.amazonaws.com",
      subjects: ["repo:acme/data:ref:refs/heads/main"],
    }),
    [
      {
        Effect: "Allow",
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/tokens.example.org" },
        Condition: {
          StringEquals: {
            "tokens.example.org:aud": "sts.amazonaws.com",
            "tokens.example.org:sub": ["repo:acme/data:ref:refs/heads/main"],
          },
        },
      },
    ],
  ],
  ["allowPolicy of nothing", allowPolicy([]), []],
  [
    "allowPolicy",
    allowPolicy([
      { actions: ["s3:GetObject", "s3:PutObject"], resources: [`${arn}/*`] },
      { actions: ["es:ESHttp*"], resources: ["*"], conditions: { Bool: { "aws:SecureTransport": "true" } } },
    ]),
    [
      { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: [`${arn}/*`] },
      {
        Effect: "Allow",
        Action: ["es:ESHttp*"],
        Resource: ["*"],
        Condition: { Bool: { "aws:SecureTransport": "true" } },
      },
    ],
  ],
  [
    "tlsOnlyBucketPolicy",
    tlsOnlyBucketPolicy(arn),
    [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Action: "s3:*",
        Principal: "*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  ],
  [
    "tlsOnlyQueuePolicy",
    tlsOnlyQueuePolicy("arn:aws:sqs:eu-west-1:123456789012:jobs"),
    [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Action: "sqs:*",
        Principal: "*",
        Resource: "arn:aws:sqs:eu-west-1:123456789012:jobs",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  ],
  [
    "publishPolicy",
    publishPolicy("arn:aws:sns:eu-west-1:123456789012:alarms", [
      {
        service: "cloudwatch.amazonaws.com",
        conditions: { StringEquals: { "aws:SourceAccount": "123456789012" } },
      },
      { service: "events.amazonaws.com" },
    ]),
    [
      {
        Effect: "Allow",
        Action: "sns:Publish",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Resource: "arn:aws:sns:eu-west-1:123456789012:alarms",
        Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
      },
      {
        Effect: "Allow",
        Action: "sns:Publish",
        Principal: { Service: "events.amazonaws.com" },
        Resource: "arn:aws:sns:eu-west-1:123456789012:alarms",
      },
    ],
  ],
])("%s", (_, policy, statements) => {
  expect(JSON.parse(policy)).toEqual({ Version: "2012-10-17", Statement: statements });
});

it("readSecretStatements opens with a customer managed key only what belongs to the secret", () => {
  const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:admin-AbCdEf";
  const key = "arn:aws:kms:eu-west-1:123456789012:key/0123abcd";
  const read = { actions: ["secretsmanager:GetSecretValue"], resources: [secret] };
  expect(readSecretStatements(secret)).toEqual([read]);
  expect(readSecretStatements(secret, key)).toEqual([
    read,
    {
      actions: ["kms:Decrypt"],
      resources: [key],
      conditions: { StringEquals: { "kms:EncryptionContext:SecretARN": secret } },
    },
  ]);
});
