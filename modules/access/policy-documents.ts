/** Conditions of a statement: values by key by operator, such as `{ StringEquals: { "aws:SourceVpc": "vpc-1" } }`. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One statement of an IAM policy that allows actions on resources. */
export interface AllowStatement {
  /** IAM actions, such as `s3:GetObject`. */
  readonly actions: readonly string[];
  /** ARNs, or `*`. */
  readonly resources: readonly string[];
  /** When the statement applies. @default always */
  readonly conditions?: Conditions;
}

/** Whom a role trusts that an OpenID Connect provider signs in. */
export interface WebIdentityTrust {
  /** ARN of the provider in IAM. */
  readonly providerArn: string;
  /** Its URL without `https://`: the prefix of the keys in conditions. */
  readonly issuer: string;
  /** Audience (`aud`) that a token must have. */
  readonly audience: string;
  /** Subjects (`sub`), of which a token must have one exactly. */
  readonly subjects: readonly string[];
}

/**
 * JSON of the trust policy that lets an AWS service, such as `ec2.amazonaws.com`, assume a role. EC2 and DLM have the
 * same service name in every partition, also in China. Source: data source aws_service_principal of AWS provider 5.100
 * (read 2026-11).
 *
 * @param conditions for whom the service may do so. @default always
 */
export function assumeRolePolicy(service: string, conditions?: Conditions): string {
  return policy([
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: service },
      ...(conditions && { Condition: conditions }),
    },
  ]);
}

/** JSON of the trust policy that lets holders of a provider's token assume a role. No part of a subject is a pattern. */
export function webIdentityPolicy({ providerArn, issuer, audience, subjects }: WebIdentityTrust): string {
  return policy([
    {
      Effect: "Allow",
      Action: "sts:AssumeRoleWithWebIdentity",
      Principal: { Federated: providerArn },
      Condition: { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subjects } },
    },
  ]);
}

/** JSON of a policy that allows `statements`. */
export function allowPolicy(statements: readonly AllowStatement[]): string {
  return policy(
    statements.map(({ actions, resources, conditions }) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(conditions && { Condition: conditions }),
    })),
  );
}

/**
 * Statements that allow to read the value of one secret.
 *
 * @param kmsKeyArn customer managed key that encrypts it. The account's own key needs no permission.
 */
export function readSecretStatements(secretArn: string, kmsKeyArn?: string): AllowStatement[] {
  const read = { actions: ["secretsmanager:GetSecretValue"], resources: [secretArn] };
  if (kmsKeyArn === undefined) return [read];
  // Secrets Manager encrypts a value together with the secret's ARN, so this opens no other secret of the key.
  const conditions = { StringEquals: { "kms:EncryptionContext:SecretARN": secretArn } };
  return [read, { actions: ["kms:Decrypt"], resources: [kmsKeyArn], conditions }];
}

/** JSON of a bucket policy that refuses every request without TLS. */
export function tlsOnlyBucketPolicy(bucketArn: string): string {
  return tlsOnlyPolicy("s3:*", [bucketArn, `${bucketArn}/*`]);
}

/** JSON of a queue policy that refuses every request without TLS. */
export function tlsOnlyQueuePolicy(queueArn: string): string {
  return tlsOnlyPolicy("sqs:*", queueArn);
}

/** JSON of a topic policy that lets AWS services publish, each under its conditions. */
export function publishPolicy(
  topicArn: string,
  publishers: readonly { readonly service: string; readonly conditions?: Conditions }[],
): string {
  return policy(
    publishers.map(({ service, conditions }) => ({
      Effect: "Allow",
      Action: "sns:Publish",
      Principal: { Service: service },
      Resource: topicArn,
      ...(conditions && { Condition: conditions }),
    })),
  );
}

function tlsOnlyPolicy(actions: string, resources: string | readonly string[]): string {
  return policy([
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Action: actions,
      Principal: "*",
      Resource: resources,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
}

function policy(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
