import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { Construct } from "constructs";
import type { Grantee } from "../access/role";

/** Properties of a log group. */
export interface LogGroupProps {
  /** Name in CloudWatch Logs, such as `/workbench-local/ecs/couchdb`. Changing this replaces the group. */
  readonly name: string;
  /** What its lines are, for people who read a plan. */
  readonly holds: string;
  /** How long CloudWatch Logs keeps a line, in days: one of the periods that it offers, such as 30 or 365. */
  readonly retentionDays: number;
}

/** A log group of CloudWatch Logs. Its lines are gone with it. */
export class LogGroup extends Construct {
  /** Name in CloudWatch Logs, which a log driver takes. */
  readonly name: string;
  private readonly group: CloudwatchLogGroup;

  constructor(scope: Construct, id: string, { name, holds, retentionDays }: LogGroupProps) {
    super(scope, id);
    this.group = new CloudwatchLogGroup(this, "this", {
      name,
      retentionInDays: retentionDays,
      tags: { Name: name, Holds: holds },
    });
    this.name = this.group.name;
  }

  /**
   * Lets a role write to this group. It cannot make groups: lines that arrive after a destroy would otherwise make the
   * group again, and keep it for ever.
   */
  grantWrite(grantee: Grantee): void {
    const { arn, friendlyUniqueId } = this.group;
    grantee.allow(`write_${friendlyUniqueId}`, [
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [`${arn}:*`] },
    ]);
  }
}
