import { DataAwsSecretsmanagerSecrets } from "@cdktf/provider-aws/lib/data-aws-secretsmanager-secrets";
import { Fn, ref, Token } from "cdktf";
import { Construct } from "constructs";
import { readSecretStatements } from "./policy-documents";
import type { Grantee } from "./role";

/** Which secret to find. */
export interface FoundSecretProps {
  /** Name in Secrets Manager. */
  readonly name: string;
  /** Customer managed KMS key that encrypts it. @default the account's Secrets Manager key */
  readonly kmsKeyArn?: string;
  /** What to do if there is none; ends the message. */
  readonly fix: string;
}

/**
 * The secret that another stack made, found by its name. If there is none, a plan fails with one sentence. A destroy
 * does not fail: it uses the state, Terraform only warns about conditions, and the ARN is "none".
 */
export class FoundSecret extends Construct {
  /** ARN of the secret, which readers get instead of the value. */
  readonly arn: string;
  /** Name in Secrets Manager. */
  readonly name: string;
  private readonly found: DataAwsSecretsmanagerSecrets;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: FoundSecretProps,
  ) {
    super(scope, id);
    const { name, fix } = props;
    this.name = name;
    this.found = new DataAwsSecretsmanagerSecrets(this, "this", {
      filter: [{ name: "name", values: [name] }],
      lifecycle: {
        postcondition: [
          {
            condition: `\${contains(self.names, ${JSON.stringify(name)})}`,
            errorMessage: `secret: expected one named ${name}, got none; ${fix}.`,
          },
        ],
      },
    });
    // The filter also finds names that begin with this one. An ARN ends with the name, a dash and six characters.
    const { terraformResourceType, friendlyUniqueId } = this.found;
    const arns = `data.${terraformResourceType}.${friendlyUniqueId}.arns`;
    const named = `endswith(substr(arn, 0, length(arn) - 7), ":secret:${name}")`;
    this.arn = Token.asString(Fn.coalesce([ref(`one([for arn in ${arns} : arn if ${named}])`), "none"]));
  }

  /** Lets a role read the value of this secret, and of no other. */
  grantRead(grantee: Grantee): void {
    grantee.allow(`read_${this.found.friendlyUniqueId}`, readSecretStatements(this.arn, this.props.kmsKeyArn));
  }
}
