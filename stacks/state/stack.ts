import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Protection } from "../../guards/protection";
import { StateBucket } from "../../modules/storage/state-bucket";
import type { Settings } from "../../settings/schema";
import { WorkbenchStack, type WorkbenchStackProps } from "../workbench-stack";

/**
 * The bucket that keeps the state of every other stack once `state.bucket` names it. Its own state stays in a local
 * file: it has to exist before the bucket does.
 */
export class StateStack extends WorkbenchStack {
  constructor(scope: Construct, props: WorkbenchStackProps) {
    const { settings } = props;
    super(scope, "state", props, {
      backend: "local",
      region: settings.state.region ?? undefined,
      protection: protection(settings),
    });
    const name = settings.state.bucket ?? `${this.prefix}-state-${new DataAwsCallerIdentity(this, "caller").accountId}`;
    const { bucket } = new StateBucket(this, "state_bucket", {
      name,
      preventDestroy: settings.state.preventDestroy,
    });
    new TerraformOutput(this, "bucket", {
      value: bucket.bucket,
      description: "Set state.bucket to this to keep state in S3.",
    });
  }
}

function protection({ state }: Settings): Protection | undefined {
  if (!state.preventDestroy) return undefined;
  return {
    what: "the state bucket",
    setting: "state.preventDestroy",
    retire: "WORKBENCH_STATE_PREVENT_DESTROY=false npx cdktf destroy state",
    consequence: "S3 refuses it while the bucket holds a state",
  };
}
