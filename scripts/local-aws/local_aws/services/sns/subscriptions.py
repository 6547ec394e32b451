"""Subscriptions. One by mail waits for its confirmation, and gets nothing before that.

moto confirms every subscription at once. It also posts messages to addresses in the Internet.
"""

import secrets
from typing import Any

from moto.sns.models import SNSBackend, Subscription, Topic, sns_backends
from moto.sns.responses import SNSResponse

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import ApiError, Call, correction, operation

from . import mail

MAIL = ("email", "email-json")
PROTOCOLS = (*MAIL, "sqs")
PENDING = "PendingConfirmation"


def install() -> None:
    """Puts the corrections in place."""
    correction(SNSResponse, "subscribe")(subscribe)
    correction(SNSBackend, "unsubscribe")(unsubscribe)
    operation(SNSResponse, "ListSubscriptions", sns_backends)(list_subscriptions)
    operation(SNSResponse, "ListSubscriptionsByTopic", sns_backends)(list_subscriptions_by_topic)
    Topic.subscriptions_pending = property(lambda topic: _count(topic, pending=True), lambda _topic, _count: None)
    Topic.subscriptions_confimed = property(lambda topic: _count(topic, pending=False), lambda _topic, _count: None)


def subscribe(original: Any, response: SNSResponse) -> Any:
    """Makes a subscription. One by mail is pending."""
    protocol = response._get_param("Protocol")
    if protocol not in PROTOCOLS:
        raise ParameterIgnored([f"Protocol {protocol}"])
    endpoint = response._get_param("Endpoint") or ""
    if protocol in MAIL and "@" not in endpoint:
        raise ApiError("InvalidParameter", "Invalid parameter: Email address")
    topic_arn = response._get_param("TopicArn")
    old = response.backend._find_subscription(topic_arn, endpoint, protocol)
    answer = original(response)
    subscription = response.backend._find_subscription(topic_arn, endpoint, protocol)
    if protocol not in MAIL or (old and not is_pending(old)):
        return answer
    if old is None:
        subscription.attributes |= {PENDING: True, "ConfirmationWasAuthenticated": False}
        subscription.token = secrets.token_hex(48)
    _ask_for_confirmation(subscription)
    if not response._get_bool_param("ReturnSubscriptionArn", False):
        answer.result["SubscriptionArn"] = "pending confirmation"
    return answer


def unsubscribe(original: Any, backend: SNSBackend, subscription_arn: str) -> None:
    """Ends a subscription that is not pending. AWS forgets one that is pending with its topic, or after days."""
    subscription = backend.subscriptions.get(subscription_arn)
    if subscription is not None and is_pending(subscription):
        raise ApiError(
            "InvalidParameter",
            "Invalid parameter: SubscriptionArn Reason: "
            "This subscription is pending confirmation. Cannot unsubscribe a subscription that is pending confirmation",
        )
    original(backend, subscription_arn)


def list_subscriptions(call: Call) -> dict[str, Any]:
    """Returns all subscriptions. The ARN of a pending one is not told, as on AWS."""
    return {"Subscriptions": [_told(each) for each in call.backend.subscriptions.values()]}


def list_subscriptions_by_topic(call: Call) -> dict[str, Any]:
    """Returns the subscriptions of a topic."""
    topic = call.backend.get_topic(call.parameters["TopicArn"])
    return {"Subscriptions": [_told(each) for each in call.backend._get_topic_subscriptions(topic)]}


def is_pending(subscription: Subscription) -> bool:
    """Says whether a subscription waits for its confirmation."""
    return bool(subscription.attributes.get(PENDING))


def _told(subscription: Subscription) -> dict[str, str]:
    return {
        "SubscriptionArn": PENDING if is_pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }


def _count(topic: Topic, *, pending: bool) -> int:
    return sum(is_pending(each) is pending for each in topic.sns_backend._get_topic_subscriptions(topic))


def _ask_for_confirmation(subscription: Subscription) -> None:
    topic = subscription.topic
    mail.write(
        subscription.endpoint,
        topic.display_name or "AWS Notifications",
        "AWS Notification - Subscription Confirmation",
        f"You have chosen to subscribe to the topic:\n{topic.arn}\n\n"
        "To confirm this subscription, call sns:ConfirmSubscription with this token:\n"
        f"{subscription.token}\n",
    )
