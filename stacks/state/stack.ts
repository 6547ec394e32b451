import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { StateBucket } from "../../modules/storage/state-bucket";
import type { CommonSettings } from "../../settings/common";
import type { StackProps } from "../define-stack";
import { WorkbenchStack } from "../workbench-stack";

/**
 * The bucket that keeps the state of every other stack once `state.bucket` names it. Its own state stays in a local
 * file: it has to exist before the bucket does.
 */
export class StateStack extends WorkbenchStack<CommonSettings> {
  constructor(scope: Construct, props: StackProps<CommonSettings>) {
    const { state } = props.settings;
    super(scope, props, { backend: "local", region: state.region ?? undefined });
    const name = state.bucket ?? `${this.prefix}-state-${new DataAwsCallerIdentity(this, "caller").accountId}`;
    const { bucket } = new StateBucket(this, "state_bucket", { name, preventDestroy: state.preventDestroy });
    new TerraformOutput(this, "bucket", {
      value: bucket.bucket,
      description: "Set state.bucket to this to keep state in S3.",
    });
  }
}
