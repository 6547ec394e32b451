import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { TerraformBlock } from "../terraform-block";
import { terraformLiteral } from "../terraform-literal";
import { readSecretStatements } from "./policy-documents";
import type { Grantee } from "./role";

/** A secret, and what its value looks like. */
export interface GeneratedSecretProps {
  /** Name in Secrets Manager. Changing this replaces the secret, and so its value. */
  readonly name: string;
  /** What the secret opens, for people who read a plan. */
  readonly holds: string;
  /** Number of characters, from 4 to 4096. A change takes effect with the next version. @default 32 */
  readonly length?: number;
  /** Characters that the value must not contain. A change takes effect with the next version. @default none */
  readonly excludeCharacters?: string;
  /**
   * Makes the value a JSON object `{"username": …, "password": …}` with this name. A change takes effect with the next
   * version. @default the value is the password alone
   */
  readonly username?: string;
  /** Changing this number generates a new value. Secrets Manager keeps the one before as AWSPREVIOUS. @default 1 */
  readonly version?: number;
  /** Customer managed KMS key. @default the account's Secrets Manager key */
  readonly kmsKeyArn?: string;
  /**
   * Refuse every plan that destroys or replaces the secret. A stack that has such a secret says so in its `keeps`.
   *
   * @default true
   */
  readonly preventDestroy?: boolean;
  /**
   * Days during which a destroyed secret can be restored, from 7 to 30. Its name is taken as long. 0 deletes it at once.
   * A destroy uses the value of the last deploy. To free the name before the days are over, run
   * `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id <name>`.
   *
   * @default 30
   */
  readonly recoveryWindowDays?: number;
}

/**
 * A Secrets Manager secret whose value Secrets Manager itself generates. The value goes through Terraform's memory
 * alone: an ephemeral resource reads it, a write-only argument writes it. So it is in no JSON, plan or state, and in no
 * log but that of `TF_LOG=debug` and `trace`, with which the AWS provider logs every request.
 *
 * To find out that the version is still there, AWS provider 5.100 reads the value in every refresh, and drops it
 * (hashicorp/terraform-provider-aws#42383). Whoever plans needs `secretsmanager:GetSecretValue`, or `-refresh=false`.
 */
export class GeneratedSecret extends Construct {
  /** ARN of the secret, which readers get instead of the value. */
  readonly arn: string;
  /** The value. Whatever reads it at its start must depend on it. */
  readonly ready: readonly ITerraformDependable[];
  private readonly secret: SecretsmanagerSecret;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: GeneratedSecretProps,
  ) {
    super(scope, id);
    const { length = 32, excludeCharacters, username, version = 1 } = props;
    this.secret = new SecretsmanagerSecret(this, "this", {
      name: props.name,
      description: props.holds,
      kmsKeyId: props.kmsKeyArn,
      recoveryWindowInDays: props.recoveryWindowDays ?? 30,
      tags: { Name: props.name, Holds: props.holds },
      lifecycle: { preventDestroy: props.preventDestroy ?? true },
    });
    this.arn = this.secret.arn;
    const generated = new TerraformBlock(this, "value", {
      type: "ephemeral",
      objectType: "aws_secretsmanager_random_password",
      body: {
        password_length: length,
        exclude_characters: excludeCharacters && terraformLiteral(excludeCharacters),
        require_each_included_type: true,
      },
    });
    const password = generated.attribute("random_password");
    const value = new SecretsmanagerSecretVersion(this, "version", {
      secretId: this.secret.id,
      secretStringWo: username === undefined ? password : Fn.jsonencode({ username, password }),
      secretStringWoVersion: version,
    });
    this.ready = [value];
  }

  /** Lets a role read the value of this secret, and of no other. */
  grantRead(grantee: Grantee): void {
    grantee.allow(`read_${this.secret.friendlyUniqueId}`, readSecretStatements(this.arn, this.props.kmsKeyArn));
  }
}
