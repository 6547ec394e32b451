"""What a queue keeps of its attributes."""

import json

import pytest

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}
    ],
}


@pytest.fixture
def read(sqs):
    def read(url):
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    return read


def test_a_policy_stays_when_another_attribute_is_set(sqs, queue, read):
    url = queue(Policy=json.dumps(POLICY))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
    assert json.loads(read(url)["Policy"]) == POLICY


def test_an_empty_policy_removes_it(sqs, queue, read):
    url = queue(Policy=json.dumps(POLICY))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in read(url)


def test_who_may_use_a_queue_for_dead_letters_is_kept_and_removed(sqs, queue, read):
    url, allowed = queue(), json.dumps({"redrivePermission": "denyAll"})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": allowed})
    assert read(url)["RedriveAllowPolicy"] == allowed
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": ""})
    assert "RedriveAllowPolicy" not in read(url)


def test_a_redrive_policy_is_written_as_aws_writes_it(queue, read, arn_of):
    target = arn_of(queue())
    url = queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": "4"}))
    assert read(url)["RedrivePolicy"] == f'{{"deadLetterTargetArn":"{target}","maxReceiveCount":4}}'
