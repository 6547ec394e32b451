"""ConfirmSubscription. moto takes every token, and confirms nothing."""

from typing import Any

from moto.sns.models import sns_backends
from moto.sns.responses import SNSResponse

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import ApiError, Call, operation

from .subscriptions import PENDING


def install() -> None:
    """Puts the call in place."""
    operation(SNSResponse, "ConfirmSubscription", sns_backends)(confirm_subscription)
    # Nobody unsubscribes by a link here.
    may_be_ignored("sns", "ConfirmSubscription", "AuthenticateOnUnsubscribe")


def confirm_subscription(call: Call) -> dict[str, Any]:
    """Confirms the subscription whose mail has the token."""
    topic = call.backend.get_topic(call.parameters["TopicArn"])
    for subscription in call.backend._get_topic_subscriptions(topic):
        if vars(subscription).get("token") == call.parameters["Token"]:
            subscription.attributes[PENDING] = False
            subscription.confirmed = True
            return {"SubscriptionArn": subscription.arn}
    raise ApiError("InvalidParameter", "Invalid parameter: Token")
