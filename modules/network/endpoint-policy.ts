import type { AllowStatement } from "../access/policy-documents";

/**
 * JSON of the usual policy of a VPC endpoint: principals of the account reach resources of the account, and nobody else
 * reaches anything. So a machine in the VPC cannot carry data to another account, not even with that account's keys.
 *
 * AWS's own resources belong to other accounts: its public SSM parameters, and buckets with packages or images. Requests
 * for packages may be unsigned. Whatever a VPC needs of these is a statement among `others`.
 *
 * @param accountId number of the account
 * @param others what anybody may do in addition, signed or not. @default nothing
 */
export function ownAccountEndpointPolicy(accountId: string, others: readonly AllowStatement[] = []): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OwnAccount",
        Effect: "Allow",
        Principal: "*",
        Action: "*",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalAccount": accountId, "aws:ResourceAccount": accountId } },
      },
      ...others.map(({ actions, resources, conditions }) => ({
        Effect: "Allow",
        Principal: "*",
        Action: actions,
        Resource: resources,
        ...(conditions && { Condition: conditions }),
      })),
    ],
  });
}
