"""Messages of a topic: to queues, by their policies and filters."""

import json


def test_a_queue_gets_an_envelope(sns, topic, subscriber, received):
    url, arn = subscriber()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    attribute = {"kind": {"DataType": "String", "StringValue": "alarm"}}
    message_id = sns.publish(TopicArn=topic, Message="full", Subject="Volume", MessageAttributes=attribute)["MessageId"]
    (body,) = received(url)
    envelope = json.loads(body)
    assert {name: envelope[name] for name in ("Type", "MessageId", "TopicArn", "Subject", "Message")} == {
        "Type": "Notification", "MessageId": message_id, "TopicArn": topic, "Subject": "Volume", "Message": "full",
    }  # fmt: skip
    assert envelope["MessageAttributes"] == {"kind": {"Type": "String", "Value": "alarm"}}


def test_a_queue_gets_the_message_alone_when_it_asks_for_it(sns, sqs, topic, subscriber):
    url, arn = subscriber()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    attributes = {
        "kind": {"DataType": "String", "StringValue": "alarm"},
        "key": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    sns.publish(TopicArn=topic, Message="full", MessageAttributes=attributes)
    (message,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert message["Body"] == "full"
    assert message["MessageAttributes"] == attributes


def test_a_filter_keeps_messages_away(sns, topic, subscriber, received):
    url, arn = subscriber()
    filters = {"FilterPolicy": json.dumps({"kind": ["alarm"]}), "RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=filters)
    for kind in ("news", "alarm"):
        attribute = {"kind": {"DataType": "String", "StringValue": kind}}
        sns.publish(TopicArn=topic, Message=kind, MessageAttributes=attribute)
    assert received(url) == ["alarm"]


def test_fails_to_reach_a_queue_whose_policy_does_not_let_the_topic(sns, topic, subscriber, received):
    url, arn = subscriber(closed=True)
    dead_url, dead_arn = subscriber()
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn}), "RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=redrive)
    sns.publish(TopicArn=topic, Message="lost")
    assert (received(url), received(dead_url)) == ([], ["lost"])


def test_fails_to_reach_a_queue_that_is_gone_without_failing_the_publisher(sns, sqs, topic, subscriber):
    url, arn = subscriber()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sqs.delete_queue(QueueUrl=url)
    assert sns.publish(TopicArn=topic, Message="lost")["MessageId"]
