/** One statement of an IAM policy that allows actions on resources. */
export interface AllowStatement {
  /** IAM actions, such as `s3:GetObject`. */
  readonly actions: readonly string[];
  /** ARNs, or `*`. */
  readonly resources: readonly string[];
}

/**
 * JSON of the trust policy that lets an AWS service, such as `ec2.amazonaws.com`, assume a role. EC2 and DLM have the
 * same service name in every partition, also in China. Source: data source aws_service_principal of AWS provider 5.100
 * (read 2026-11).
 */
export function assumeRolePolicy(service: string): string {
  return policy([{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }]);
}

/** JSON of a policy that allows `statements`. */
export function allowPolicy(statements: readonly AllowStatement[]): string {
  return policy(
    statements.map(({ actions, resources }) => ({ Effect: "Allow", Action: actions, Resource: resources })),
  );
}

/** JSON of a bucket policy that refuses every request without TLS. */
export function tlsOnlyBucketPolicy(bucketArn: string): string {
  return policy([
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Action: "s3:*",
      Principal: "*",
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
}

function policy(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
