"""A rule with a queue, a topic or a log group that it may send to."""

import itertools
import json

import pytest

NUMBERS = itertools.count()
PATTERN = {"source": ["case"]}


@pytest.fixture(scope="module")
def events(aws):
    return aws.client("events")


@pytest.fixture
def rule(events):
    """Makes a rule, and returns its name."""

    def rule(pattern=PATTERN, **options):
        name = f"rule-{next(NUMBERS)}"
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), **options)
        return name

    return rule


@pytest.fixture
def put(events):
    """Puts an event, and returns what became of it."""

    def put(detail=None, source="case", **options):
        entry = {"Source": source, "DetailType": "Case", "Detail": json.dumps(detail or {"n": 1}), **options}
        return events.put_events(Entries=[entry])["Entries"][0]

    return put


@pytest.fixture
def box(aws):
    """Makes a queue. Returns its URL and its ARN. `service` may send to it."""

    def box(service="events.amazonaws.com"):
        sqs = aws.client("sqs")
        url = sqs.create_queue(QueueName=f"box-{next(NUMBERS)}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn, "Principal": {"Service": service}}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [allow]})})
        return url, arn

    return box


@pytest.fixture
def bodies(aws):
    """Returns the bodies of the messages in a queue."""

    def bodies(url):
        found = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [each["Body"] for each in found.get("Messages", [])]

    return bodies
