import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataResource } from "cdktf";
import { Construct } from "constructs";
import { terraformLiteral } from "../terraform-literal";

/** Where a stack is deployed. */
export interface PlaceProps {
  /** Name of the stack, for the message. */
  readonly stack: string;
  readonly region: string;
  /** A sentence for each setting that the stack needs before it can be deployed. @default none */
  readonly missing?: readonly string[];
}

/**
 * Account and region in which a stack was first deployed. A plan for another account or region fails: Terraform would
 * find none of the state's resources there, drop them from the state, and create all of them a second time.
 *
 * Every stack has one, so this is also where a plan fails while a setting is missing.
 */
export class Place extends Construct {
  /** Number of the account. */
  readonly accountId: string;

  constructor(scope: Construct, id: string, { stack, region, missing = [] }: PlaceProps) {
    super(scope, id);
    const { fqn: caller, accountId } = new DataAwsCallerIdentity(this, "caller");
    this.accountId = accountId;
    new DataResource(this, "this", {
      input: { account: `\${${caller}.account_id}`, region },
      lifecycle: {
        ignoreChanges: ["input"],
        precondition: [
          {
            // Whoever runs Terraform alone may have chosen one.
            condition: '${terraform.workspace == "default"}',
            errorMessage:
              'workspace: expected "default", got "${terraform.workspace}", which has no state of stack ' +
              `${stack}; run \`terraform workspace select default\`, or unset TF_WORKSPACE. WORKBENCH_ENV chooses an ` +
              "environment.",
          },
          // Terraform refuses a condition that refers to nothing.
          ...missing.map((sentence) => ({
            condition: '${path.module == ""}',
            errorMessage: terraformLiteral(sentence),
          })),
        ],
        postcondition: [
          {
            condition: `\${self.output.account == ${caller}.account_id && self.output.region == "${region}"}`,
            errorMessage:
              "state: expected account ${self.output.account} and region ${self.output.region}, " +
              `where stack ${stack} was deployed, got account \${${caller}.account_id} and region ${region}; ` +
              "go back to those credentials and aws.region, " +
              "or use an environment of its own (WORKBENCH_ENV) for another place.",
          },
        ],
      },
    });
  }
}
