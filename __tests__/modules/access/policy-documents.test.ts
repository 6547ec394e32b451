import { expect, it } from "vitest";
import { allowPolicy, assumeRolePolicy, tlsOnlyBucketPolicy } from "../../../modules/access/policy-documents";

const arn = "arn:aws:s3:::states";

it.each([
  [
    "assumeRolePolicy",
    assumeRolePolicy("ec2.amazonaws.com"),
    [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
  ],
  ["allowPolicy of nothing", allowPolicy([]), []],
  [
    "allowPolicy",
    allowPolicy([
      { actions: ["s3:GetObject", "s3:PutObject"], resources: [`${arn}/*`] },
      { actions: ["es:ESHttp*"], resources: ["*"] },
    ]),
    [
      { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: [`${arn}/*`] },
      { Effect: "Allow", Action: ["es:ESHttp*"], Resource: ["*"] },
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
