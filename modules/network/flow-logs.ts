import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { Construct } from "constructs";
import { assumeRolePolicy } from "../access/policy-documents";
import { Role } from "../access/role";
import type { InVpc } from "./network";

/** Which connections to record, and for how long. */
export interface FlowLogsProps {
  /** Name of the role and of the flow log. The log group is `/<name>`. */
  readonly name: string;
  readonly vpc: InVpc;
  /** How long CloudWatch Logs keeps a record, in days: one of the periods that it offers, such as 30 or 365. */
  readonly retentionDays: number;
}

/**
 * Records every connection of a VPC, accepted or rejected, in CloudWatch Logs. The records are gone with the VPC.
 *
 * The role cannot make log groups: records that arrive after a destroy would otherwise make the group again.
 */
export class FlowLogs extends Construct {
  constructor(scope: Construct, id: string, { name, vpc, retentionDays }: FlowLogsProps) {
    super(scope, id);
    const group = new CloudwatchLogGroup(this, "group", {
      name: `/${name}`,
      retentionInDays: retentionDays,
      tags: { Name: name, Holds: "Who connected to whom in the VPC" },
    });
    const role = new Role(this, "role", {
      name,
      description: "Lets the VPC write its flow logs",
      trustPolicy: assumeRolePolicy("vpc-flow-logs.amazonaws.com"),
      statements: [
        {
          actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          resources: [group.arn, `${group.arn}:*`],
        },
        { actions: ["logs:DescribeLogGroups"], resources: ["*"] },
      ],
    });
    new FlowLog(this, "this", {
      vpcId: vpc.vpcId,
      trafficType: "ALL",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags: { Name: name },
      dependsOn: [...role.ready],
    });
  }
}
