"""Whether a policy lets a service send, as a table of statements."""

import json

import pytest
from local_aws.core.resource_policies import NotAllowed, Sender, require_allowed

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:news"
SENDER = Sender("sns.amazonaws.com", TOPIC, "123456789012")
ALLOWED = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE, "Principal": {"Service": SENDER.service}}


def allowed(*statements: dict, sender: Sender = SENDER) -> bool:
    try:
        require_allowed(json.dumps({"Statement": list(statements)}), sender, "sqs:SendMessage", QUEUE)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Action": ["SQS:Send*", "sqs:GetQueueUrl"]},
        {"Resource": "*"},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}},
        {"Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}}},
        {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:*:*:news"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": ["1", "123456789012"]}}},
        {"Condition": {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}},
        {"Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}},
    ],
)
def test_allows(change):
    assert allowed({**ALLOWED, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "sqs:ReceiveMessage"},
        {"Resource": f"{QUEUE}-2"},
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Condition": {"ArnEquals": {"aws:SourceArn": f"{TOPIC}-2"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}},
        {"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}},
    ],
)
def test_fails_to_send_by_a_statement_about_something_else(change):
    assert not allowed({**ALLOWED, **change})


def test_fails_to_send_where_a_statement_denies():
    assert not allowed(ALLOWED, {**ALLOWED, "Effect": "Deny"})


def test_a_denial_of_calls_without_tls_is_not_about_services():
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    assert allowed(ALLOWED, {**ALLOWED, "Effect": "Deny", "Principal": "*", "Condition": plain})


def test_the_policy_that_a_topic_has_by_default_lets_alarms_send_and_not_events():
    default = {**ALLOWED, "Principal": {"AWS": "*"}}
    default["Condition"] = {"StringEquals": {"AWS:SourceOwner": "123456789012"}}
    assert allowed(default, sender=Sender("cloudwatch.amazonaws.com", "alarm", "123456789012"))
    assert not allowed(default, sender=Sender("events.amazonaws.com", "rule", "123456789012"))


def test_fails_with_what_the_policy_lacks():
    with pytest.raises(NotAllowed, match=f"{QUEUE} does not allow sqs:SendMessage to sns.amazonaws.com for {TOPIC}"):
        require_allowed(None, SENDER, "sqs:SendMessage", QUEUE)


def test_fails_with_the_name_of_a_condition_that_is_not_evaluated():
    with pytest.raises(NotAllowed, match="NumericLessThan"):
        policy = {"Statement": {**ALLOWED, "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "1"}}}}
        require_allowed(json.dumps(policy), SENDER, "sqs:SendMessage", QUEUE)
