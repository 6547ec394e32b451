"""Queues for a test."""

import itertools

import pytest

NUMBERS = itertools.count()


@pytest.fixture
def queue(sqs):
    """Makes a queue and returns its URL."""

    def queue(**attributes):
        return sqs.create_queue(QueueName=f"queue-{next(NUMBERS)}", Attributes=attributes)["QueueUrl"]

    return queue


@pytest.fixture
def arn_of(sqs):
    def arn_of(url):
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    return arn_of
