import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataResource } from "cdktf";
import { Construct } from "constructs";

/** Where a stack is deployed. */
export interface PlaceProps {
  /** Name of the stack, for the message. */
  readonly stack: string;
  readonly region: string;
}

/**
 * Account and region of a stack, as they were when it was first deployed: in another place, no plan goes through. Terraform would
 * find nothing there of what the state knows, forget it, and make all of it a second time.
 */
export class Place extends Construct {
  constructor(scope: Construct, id: string, { stack, region }: PlaceProps) {
    super(scope, id);
    const { fqn: caller } = new DataAwsCallerIdentity(this, "caller");
    new DataResource(this, "this", {
      input: { account: `\${${caller}.account_id}`, region },
      lifecycle: {
        ignoreChanges: ["input"],
        postcondition: [
          {
            condition: `\${self.output.account == ${caller}.account_id && self.output.region == "${region}"}`,
            errorMessage: `state: expected account \${self.output.account} and region \${self.output.region}, where stack ${stack} was deployed, got account \${${caller}.account_id} and region ${region}; go back to those credentials and aws.region, or use an environment of its own (WORKBENCH_ENV) for another place.`,
          },
        ],
      },
    });
  }
}
