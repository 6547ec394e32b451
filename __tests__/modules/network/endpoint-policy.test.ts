import { expect, it } from "vitest";
import { ownAccountEndpointPolicy } from "../../../modules/network/endpoint-policy";

const ownAccount = {
  Sid: "OwnAccount",
  Effect: "Allow",
  Principal: "*",
  Action: "*",
  Resource: "*",
  Condition: { StringEquals: { "aws:PrincipalAccount": "123456789012", "aws:ResourceAccount": "123456789012" } },
};
const packages = { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::packages/*"] };

const conditions = { StringEquals: { "aws:SourceVpc": "vpc-1" } };

it.each([
  ["lets the account reach its own resources alone", [], [ownAccount]],
  [
    "lets anybody do what is named in addition",
    [packages, { ...packages, conditions }],
    [
      ownAccount,
      { Effect: "Allow", Principal: "*", Action: packages.actions, Resource: packages.resources },
      {
        Effect: "Allow",
        Principal: "*",
        Action: packages.actions,
        Resource: packages.resources,
        Condition: conditions,
      },
    ],
  ],
])("%s", (_, others, statements) => {
  expect(JSON.parse(ownAccountEndpointPolicy("123456789012", others))).toEqual({
    Version: "2012-10-17",
    Statement: statements,
  });
});
