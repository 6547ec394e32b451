import { describe, expect, it } from "vitest";
import { AlarmTopic, type AlarmTopicProps } from "../../../modules/monitoring/alarm-topic";
import type { MetricAlarm } from "../../../modules/monitoring/metric-alarm";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const made = (use: (topic: AlarmTopic) => void = () => {}, props: Partial<AlarmTopicProps> = {}) =>
  synthesizeModule((stack) => {
    const where = { partition: "aws", region: "eu-west-1", accountId: "123456789012" };
    use(new AlarmTopic(stack, "alarms", { name: "test-alarms", ...where, ...props }));
  }).resource;

const tooWarm: MetricAlarm = {
  description: "It is too warm in ${room}; open a window.",
  namespace: "House",
  metricName: "Temperature",
  dimensions: { Room: "kitchen" },
  periodSec: 60,
  comparison: ">=",
  threshold: 30,
  missingData: "missing",
};

describe("AlarmTopic", () => {
  it("has no KMS key, since alarms and rules could not use the one that AWS manages", () => {
    expect(only(made(), "aws_sns_topic")).not.toHaveProperty("kms_master_key_id");
  });

  it("lets alarms of this account and region publish, and EventBridge without a condition", () => {
    const Resource = "${aws_sns_topic.alarms.arn}";
    expect(JSON.parse(only(made(), "aws_sns_topic_policy").policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: "sns:Publish",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Resource,
        Condition: {
          StringEquals: { "aws:SourceAccount": "123456789012" },
          ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*" },
        },
      },
      { Effect: "Allow", Action: "sns:Publish", Principal: { Service: "events.amazonaws.com" }, Resource },
    ]);
  });

  it("sends e-mail to each address, at a Terraform address that depends on it alone", () => {
    const emailAddresses = ["data@example.org", "first.last@example.org"];
    const subscriptions = made(undefined, { emailAddresses })["aws_sns_topic_subscription"] ?? {};
    expect(Object.entries(subscriptions).map(([id, { protocol, endpoint }]) => [id, protocol, endpoint])).toEqual([
      ["alarms_to_data_at_example_dot_org", "email", "data@example.org"],
      ["alarms_to_first_dot_last_at_example_dot_org", "email", "first.last@example.org"],
    ]);
  });

  it("publishes when a metric reaches a threshold, with the sentence as it is", () => {
    const alarm = only(
      made((topic) => topic.alarmOnMetric("too_warm", tooWarm)),
      "aws_cloudwatch_metric_alarm",
    );
    expect(alarm).toMatchObject({
      alarm_name: "test-alarms-too-warm",
      alarm_description: "It is too warm in $${room}; open a window.",
      namespace: "House",
      metric_name: "Temperature",
      dimensions: { Room: "kitchen" },
      statistic: "Maximum",
      period: 60,
      evaluation_periods: 1,
      comparison_operator: "GreaterThanOrEqualToThreshold",
      threshold: 30,
      treat_missing_data: "missing",
      alarm_actions: ["${aws_sns_topic.alarms.arn}"],
    });
  });

  it("publishes only for more than the threshold, if that is meant", () => {
    const resource = made((topic) => topic.alarmOnMetric("too_warm", { ...tooWarm, comparison: ">" }));
    expect(only(resource, "aws_cloudwatch_metric_alarm").comparison_operator).toBe("GreaterThanThreshold");
  });

  it("publishes a sentence for each event of a kind", () => {
    const resource = made((topic) =>
      topic.notifyOn("door_opened", {
        description: "Doors that opened",
        pattern: { source: ["house"], detail: { door: [{ prefix: "front" }] } },
        values: { door: "$.detail.door" },
        sentence: 'The door <door> is "open".',
      }),
    );
    const rule = only(resource, "aws_cloudwatch_event_rule");
    expect(rule).toMatchObject({ name: "test-alarms-door-opened", description: "Doors that opened" });
    expect(JSON.parse(rule.event_pattern)).toEqual({ source: ["house"], detail: { door: [{ prefix: "front" }] } });
    expect(only(resource, "aws_cloudwatch_event_target")).toMatchObject({
      rule: "${aws_cloudwatch_event_rule.alarms_door_opened.name}",
      arn: "${aws_sns_topic.alarms.arn}",
      input_transformer: {
        input_paths: { door: "$.detail.door" },
        input_template: '"The door <door> is \\"open\\"."',
      },
    });
  });

  it("gives a rule a name that EventBridge takes", () => {
    const use = (topic: AlarmTopic): void =>
      topic.notifyOn("door_opened", { description: "Doors", pattern: {}, values: {}, sentence: "Open." });
    const { name } = only(made(use, { name: "a".repeat(60) }), "aws_cloudwatch_event_rule");
    expect(name).toMatch(/^a{55}-[0-9a-f]{8}$/);
  });
});
