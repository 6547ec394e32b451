import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Construct } from "constructs";
import { publishPolicy } from "../access/policy-documents";
import { constructId } from "../construct-id";
import { shortName } from "../short-name";
import { terraformLiteral } from "../terraform-literal";
import type { EventNotice } from "./event-notice";
import type { MetricAlarm } from "./metric-alarm";

/** EventBridge's limit of the name of a rule, in characters. */
const LONGEST_RULE_NAME = 64;

/** Properties of an alarm topic. */
export interface AlarmTopicProps {
  /** Name in SNS; the names of alarms and rules begin with it. Changing this replaces the topic. */
  readonly name: string;
  /** AWS partition of the account, such as `aws` or `aws-cn`: the second part of every ARN. */
  readonly partition: string;
  /** Region of the topic and of what is watched. */
  readonly region: string;
  /** Account whose alarms may publish. */
  readonly accountId: string;
  /** E-mail addresses, each once. SNS sends to one only once its owner has confirmed. @default none */
  readonly emailAddresses?: readonly string[];
}

/**
 * An SNS topic that says what goes wrong, with the alarms and rules that publish to it.
 *
 * It has no KMS key of its own choice: CloudWatch and EventBridge cannot publish to a topic with the key that AWS manages
 * for SNS (alias/aws/sns), since nobody can allow them to use that key. Messages hold no data, only what stopped.
 */
export class AlarmTopic extends Construct {
  /** ARN of the topic, for further subscriptions. */
  readonly arn: string;
  private readonly name: string;
  private readonly policy: SnsTopicPolicy;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const { name, partition, region, accountId, emailAddresses = [] } = props;
    const topic = new SnsTopic(this, "this", { name, tags: { Name: name } });
    this.name = name;
    this.arn = topic.arn;
    const ofThisAccount = {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*` },
    };
    this.policy = new SnsTopicPolicy(this, "policy", {
      arn: topic.arn,
      policy: publishPolicy(topic.arn, [
        { service: "cloudwatch.amazonaws.com", conditions: ofThisAccount },
        // "You can't use Condition blocks in Amazon SNS topic policies for EventBridge": AWS, "Using resource-based
        // policies for Amazon EventBridge" (read 2026-11). With one, no message would arrive.
        { service: "events.amazonaws.com" },
      ]),
    });
    for (const endpoint of emailAddresses) {
      new SnsTopicSubscription(this, `to_${constructId(endpoint)}`, {
        topicArn: topic.arn,
        protocol: "email",
        endpoint,
      });
    }
  }

  /**
   * Publishes when a metric crosses a threshold.
   *
   * @param id what is wrong then, such as `volume_fill`: part of the Terraform address and of the alarm's name
   */
  alarmOnMetric(id: string, { description, periodSec, comparison, missingData, ...alarm }: MetricAlarm): void {
    const alarmName = this.nameOf(id);
    new CloudwatchMetricAlarm(this, id, {
      ...alarm,
      alarmName,
      alarmDescription: terraformLiteral(description),
      dimensions: { ...alarm.dimensions },
      statistic: "Maximum",
      period: periodSec,
      evaluationPeriods: 1,
      comparisonOperator: comparison === ">" ? "GreaterThanThreshold" : "GreaterThanOrEqualToThreshold",
      treatMissingData: missingData,
      alarmActions: [this.arn],
      tags: { Name: alarmName },
      dependsOn: [this.policy],
    });
  }

  /**
   * Publishes a sentence for each event of a kind.
   *
   * @param id what happened then, such as `task_failure`: part of the Terraform address and of the rule's name
   */
  notifyOn(id: string, { description, pattern, values, sentence }: EventNotice): void {
    const name = shortName(this.nameOf(id), LONGEST_RULE_NAME);
    const rule = new CloudwatchEventRule(this, id, {
      name,
      description,
      eventPattern: terraformLiteral(JSON.stringify(pattern)),
      tags: { Name: name },
    });
    new CloudwatchEventTarget(this, `${id}_target`, {
      rule: rule.name,
      arn: this.arn,
      targetId: "topic",
      inputTransformer: { inputPaths: { ...values }, inputTemplate: terraformLiteral(JSON.stringify(sentence)) },
      dependsOn: [this.policy],
    });
  }

  private nameOf(id: string): string {
    return `${this.name}-${id.replaceAll("_", "-")}`;
  }
}
