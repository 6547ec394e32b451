"""Alarms on metrics of their own, and what their topics tell a queue."""

import datetime
import itertools
import json

import pytest

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def cloudwatch(aws):
    return aws.client("cloudwatch")


@pytest.fixture
def metric():
    """The dimension of a metric that no other test uses."""
    return [{"Name": "Case", "Value": str(next(NUMBERS))}]


@pytest.fixture
def put_value(cloudwatch, metric):
    """Puts a value, `ago` seconds ago."""

    def put_value(value, ago=0.0, **more):
        moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=ago)
        datum = {"MetricName": "Used", "Dimensions": metric, "Timestamp": moment, "Value": value, "Unit": "Percent"}
        cloudwatch.put_metric_data(Namespace="Case", MetricData=[{**datum, **more}])

    return put_value


@pytest.fixture
def alarm(cloudwatch, metric):
    """Makes an alarm on the metric, at 80 and in one period of a minute. Returns its name."""

    def alarm(**settings):
        name = f"alarm-{metric[0]['Value']}"
        cloudwatch.put_metric_alarm(
            **{
                "AlarmName": name, "Namespace": "Case", "MetricName": "Used", "Dimensions": metric, "Period": 60,
                "Statistic": "Maximum", "EvaluationPeriods": 1, "Threshold": 80,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold", **settings,
            }
        )  # fmt: skip
        return name

    return alarm


@pytest.fixture
def state_of(cloudwatch):
    def state_of(name):
        return described(cloudwatch, name)["StateValue"]

    return state_of


@pytest.fixture
def told(cloudwatch):
    """Returns an alarm as AWS describes it."""
    return lambda name: described(cloudwatch, name)


def described(cloudwatch, name):
    return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]


@pytest.fixture
def topic_with_queue(aws):
    """Returns the ARN of a topic, and the URL of a queue that gets its messages as they are."""
    sns, sqs, name = aws.client("sns"), aws.client("sqs"), f"alarms-{next(NUMBERS)}"
    topic = sns.create_topic(Name=name)["TopicArn"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    policy = {"Statement": [{**allow, "Principal": {"Service": "sns.amazonaws.com"}}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic, url


@pytest.fixture
def notified(aws):
    """Waits for the next message in a queue, and returns its subject and its JSON."""

    def notified(url):
        sqs = aws.client("sqs")
        (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        envelope = json.loads(message["Body"])
        return envelope["Subject"], json.loads(envelope["Message"])

    return notified
