import { DlmLifecyclePolicy } from "@cdktf/provider-aws/lib/dlm-lifecycle-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { assumeRolePolicy } from "../access/policy-documents";
import { roleName } from "../access/role-name";

/** When to take snapshots, and how many to keep. */
export interface SnapshotScheduleProps {
  /** Name of the role and the policy. */
  readonly name: string;
  /** AWS partition of the account, such as `aws` or `aws-cn`: the second part of every ARN. */
  readonly partition: string;
  /** One tag that only the volumes to take snapshots of carry. A volume with any of several tags would match. */
  readonly volumeTag: { readonly key: string; readonly value: string };
  /** Time of day in UTC, `HH:MM`. */
  readonly timeUtc: string;
  /** How many snapshots of a volume to keep. */
  readonly retainCount: number;
}

/** Daily snapshots of one volume or of several, by Data Lifecycle Manager, with the role that it needs. */
export class SnapshotSchedule extends Construct {
  /** The policy. It must exist as long as snapshots must be taken. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: SnapshotScheduleProps) {
    super(scope, id);
    const role = new IamRole(this, "role", {
      name: roleName(props.name),
      description: "Lets Data Lifecycle Manager take and delete snapshots",
      assumeRolePolicy: assumeRolePolicy("dlm.amazonaws.com"),
    });
    const attachment = new IamRolePolicyAttachment(this, "role_policy", {
      role: role.name,
      policyArn: `arn:${props.partition}:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole`,
    });
    const policy = new DlmLifecyclePolicy(this, "this", {
      description: `Daily snapshots of ${props.volumeTag.value}`,
      executionRoleArn: role.arn,
      state: "ENABLED",
      tags: { Name: props.name },
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { [props.volumeTag.key]: props.volumeTag.value },
        schedule: [
          {
            name: "daily",
            copyTags: true,
            createRule: { interval: 24, intervalUnit: "HOURS", times: [props.timeUtc] },
            retainRule: { count: props.retainCount },
          },
        ],
      },
      dependsOn: [attachment],
    });
    this.ready = [policy];
  }
}
