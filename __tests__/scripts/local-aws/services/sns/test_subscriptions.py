"""Subscriptions by mail: they wait for their confirmation. The mail lies in a folder."""

import email
import email.policy
import itertools
import re

import pytest
from botocore.exceptions import ClientError

NUMBERS = itertools.count()


@pytest.fixture
def address():
    return f"case-{next(NUMBERS)}@example.org"


@pytest.fixture
def mails(aws, address):
    """Returns the mail to the address of this test, the oldest first."""

    def mails():
        files = sorted((aws.home / "mail").glob(f"*-{address}.eml"))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    return mails


def subscribed(sns, topic, address, **options):
    return sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address, **options)["SubscriptionArn"]


def test_a_subscription_by_mail_is_pending(sns, topic, address):
    assert subscribed(sns, topic, address) == "pending confirmation"
    arn = subscribed(sns, topic, address, ReturnSubscriptionArn=True)
    assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["PendingConfirmation"] == "true"
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (listed["SubscriptionArn"], listed["Endpoint"]) == ("PendingConfirmation", address)
    counted = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counted["SubscriptionsPending"], counted["SubscriptionsConfirmed"]) == ("1", "0")


def test_the_token_of_the_mail_confirms_it_and_then_it_gets_messages(sns, topic, address, mails):
    subscribed(sns, topic, address)
    sns.publish(TopicArn=topic, Message="too early")
    (asking,) = mails()
    (token,) = re.findall(r"\b[0-9a-f]{64,}\b", asking.get_content())
    arn = sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"]
    sns.publish(TopicArn=topic, Message="The volume is full.", Subject="ALARM")
    _, mail = mails()
    assert (mail["To"], mail["Subject"], mail.get_content().strip()) == (address, "ALARM", "The volume is full.")
    sns.unsubscribe(SubscriptionArn=arn)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_fails_to_confirm_with_another_token(sns, topic, address):
    subscribed(sns, topic, address)
    with pytest.raises(ClientError, match="Token"):
        sns.confirm_subscription(TopicArn=topic, Token="0" * 96)


def test_fails_to_end_a_pending_subscription(sns, topic, address):
    arn = subscribed(sns, topic, address, ReturnSubscriptionArn=True)
    with pytest.raises(ClientError, match="pending confirmation"):
        sns.unsubscribe(SubscriptionArn=arn)


def test_fails_with_a_protocol_that_would_leave_this_computer(sns, topic):
    with pytest.raises(ClientError, match="sns:Subscribe with Protocol https"):
        sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://example.org")
