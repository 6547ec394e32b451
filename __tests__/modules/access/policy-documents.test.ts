import { expect, it } from "vitest";
import {
  allowPolicy,
  assumeRolePolicy,
  readSecretStatements,
  tlsOnlyBucketPolicy,
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
