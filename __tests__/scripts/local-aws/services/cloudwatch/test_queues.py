"""The metrics of queues, and alarms on them."""

import datetime
import json

import pytest
from waiting import until


@pytest.fixture
def watched(aws, cloudwatch, metric):
    """Makes a queue with an alarm on its visible messages. Returns URL and name of both."""
    name = f"watched-{metric[0]['Value']}"
    url = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace="AWS/SQS", MetricName="ApproximateNumberOfMessagesVisible", Statistic="Maximum",
        Dimensions=[{"Name": "QueueName", "Value": name}], Period=60, EvaluationPeriods=1, Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    return url, name


def test_an_alarm_follows_the_messages_of_a_queue(aws, watched, state_of):
    sqs, (url, name) = aws.client("sqs"), watched
    until(lambda: state_of(name), "OK")
    sqs.send_message(QueueUrl=url, MessageBody="work")
    until(lambda: state_of(name), "ALARM")
    sqs.purge_queue(QueueUrl=url)
    until(lambda: state_of(name), "OK")


def test_an_alarm_tells_of_dead_letters(aws, watched, state_of):
    sqs, (dead, name) = aws.client("sqs"), watched
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    url = sqs.create_queue(QueueName=f"{name}-work", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})[
        "QueueUrl"
    ]
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    for _ in range(2):
        sqs.receive_message(QueueUrl=url)
    until(lambda: state_of(name), "ALARM")


def test_messages_in_flight_are_counted_apart(aws, cloudwatch, watched):
    sqs, (url, name) = aws.client("sqs"), watched
    sqs.send_message(QueueUrl=url, MessageBody="work")
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=600)

    def newest(metric):
        now = datetime.datetime.now(datetime.UTC)
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/SQS", MetricName=metric, Dimensions=[{"Name": "QueueName", "Value": name}], Period=60,
            StartTime=now - datetime.timedelta(minutes=5), EndTime=now, Statistics=["Maximum"],
        )["Datapoints"]  # fmt: skip
        return max(points, key=lambda point: point["Timestamp"])["Maximum"] if points else None

    until(lambda: newest("ApproximateNumberOfMessagesNotVisible"), 1.0)
    until(lambda: newest("ApproximateNumberOfMessagesVisible"), 0.0)
