"""Topics, and queues that subscribe to them."""

import itertools
import json

import pytest

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def sns(aws):
    return aws.client("sns")


@pytest.fixture
def topic(sns):
    return sns.create_topic(Name=f"topic-{next(NUMBERS)}")["TopicArn"]


@pytest.fixture
def subscriber(sqs):
    """Makes a queue, and returns its URL and its ARN. Topics may send to it unless it is closed."""

    def subscriber(*, closed=False):
        url = sqs.create_queue(QueueName=f"queue-{next(NUMBERS)}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        if not closed:
            allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
            policy = {"Statement": [{**allow, "Principal": {"Service": "sns.amazonaws.com"}}]}
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        return url, arn

    return subscriber


@pytest.fixture
def received(sqs):
    """Returns the bodies of the messages in a queue."""

    def received(url):
        return [each["Body"] for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]

    return received
