import { describe, expect, it } from "vitest";
import { FlowLogs } from "../../../modules/network/flow-logs";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { someVpc } from "./some-subnets";

const { resource } = synthesizeModule(
  (stack) => void new FlowLogs(stack, "logs", { name: "test-flow-logs", vpc: someVpc, retentionDays: 365 }),
);

describe("flow logs", () => {
  it("record every connection in CloudWatch Logs for as long as wanted", () => {
    expect(only(resource, "aws_flow_log")).toMatchObject({
      vpc_id: someVpc.vpcId,
      traffic_type: "ALL",
      log_destination: "${aws_cloudwatch_log_group.logs_group.arn}",
      iam_role_arn: "${aws_iam_role.logs_role.arn}",
    });
    expect(only(resource, "aws_cloudwatch_log_group")).toMatchObject({
      name: "/test-flow-logs",
      retention_in_days: 365,
    });
  });

  it("have a role that writes to their own group, and that cannot make a group again after a destroy", () => {
    const group = "${aws_cloudwatch_log_group.logs_group.arn}";
    expect(JSON.parse(only(resource, "aws_iam_role_policy").policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: [group, `${group}:*`],
      },
      { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: ["*"] },
    ]);
    expect(only(resource, "aws_iam_role").assume_role_policy).toContain("vpc-flow-logs.amazonaws.com");
    expect(only(resource, "aws_flow_log").depends_on).toEqual(["aws_iam_role_policy.logs_role_statements"]);
  });
});
