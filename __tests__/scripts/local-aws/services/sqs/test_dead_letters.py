"""Dead letters: messages that were received too often."""

import json

import pytest


@pytest.fixture
def pair(sqs, queue, arn_of):
    """Returns the URLs of a queue that gives a message up after it was received twice, and of its dead letters."""
    dead = queue()
    policy = {"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 2}
    return queue(RedrivePolicy=json.dumps(policy), VisibilityTimeout="0"), dead


def received(sqs, url):
    return [message["Body"] for message in sqs.receive_message(QueueUrl=url).get("Messages", [])]


def test_a_message_that_was_received_too_often_goes_to_the_dead_letters(sqs, pair):
    url, dead = pair
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    assert [received(sqs, url) for _ in range(3)] == [["poison"], ["poison"], []]
    assert received(sqs, dead) == ["poison"]


def test_dead_letters_go_to_a_queue_that_was_made_again(sqs, pair):
    url, dead = pair
    sqs.delete_queue(QueueUrl=dead)
    again = sqs.create_queue(QueueName=dead.rpartition("/")[2])["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    assert [received(sqs, url) for _ in range(3)] == [["poison"], ["poison"], []]
    assert received(sqs, again) == ["poison"]


def test_messages_survive_a_restart(start, tmp_path):
    aws = start(tmp_path / "home")
    name = aws.client("sqs").create_queue(QueueName="kept")["QueueUrl"].rpartition("/")[2]
    aws.client("sqs").send_message(QueueUrl=name, MessageBody="kept")
    aws.stop()
    aws.start()
    assert received(aws.client("sqs"), name) == ["kept"]
