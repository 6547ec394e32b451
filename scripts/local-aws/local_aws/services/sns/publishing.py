"""A message goes to each subscription: to a queue whose policy lets the topic send, or into a mail.

moto signs every message, and keeps every message and a certificate for it forever. Nothing here could verify the
signature, since the certificate is fetched without a signed request.
"""

import base64
import json
from typing import Any

from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.sns.models import Subscription, Topic

from local_aws.core.log import log
from local_aws.core.operations import correction
from local_aws.core.resource_policies import NotAllowed, Sender
from local_aws.services.sqs import deliveries as queues

from . import mail
from .subscriptions import is_pending


def install() -> None:
    """Puts the corrections in place."""
    correction(Topic, "publish")(keep_nothing)
    correction(Subscription, "publish")(deliver)


def keep_nothing(original: Any, topic: Topic, *arguments: Any, **keywords: Any) -> str:
    """Publishes, and forgets the message."""
    message_id = original(topic, *arguments, **keywords)
    topic.sent_notifications.clear()
    return message_id


def deliver(
    _original: Any,
    subscription: Subscription,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: dict[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> None:
    """Delivers a message to a subscription that is confirmed and whose filter it passes."""
    matcher = subscription._filter_policy_matcher
    if is_pending(subscription) or (matcher and not matcher.matches(message_attributes, message)):
        return
    if message_structure == "json":
        message = subscription._parse_message_structure(message, subscription.protocol)
    envelope = _envelope(subscription, message, message_id, subject, message_attributes)
    if subscription.protocol == "sqs":
        options: dict[str, Any] = {
            "group_id": group_id, "deduplication_id": deduplication_id, "validate_group_id": False,
        }  # fmt: skip
        if subscription.attributes.get("RawMessageDelivery"):
            _send(subscription, message, message_attributes=_attributes_of_queue(message_attributes), **options)
        else:
            _send(subscription, json.dumps(envelope, indent=2), **options)
    else:
        name = subscription.topic.display_name or "AWS Notifications"
        body = json.dumps(envelope) if subscription.protocol == "email-json" else message
        mail.write(subscription.endpoint, name, subject or "AWS Notification Message", body)


def _send(subscription: Subscription, body: str, **options: Any) -> None:
    topic = subscription.topic
    sender = Sender("sns.amazonaws.com", topic.arn, topic.account_id)
    try:
        queues.send(subscription.endpoint, sender, body, **options)
        return
    except NotAllowed as problem:
        log(f"sns: a message of {topic.arn} is lost: {problem}")
    redrive = subscription.attributes.get("RedrivePolicy")
    if redrive:
        try:
            queues.send(json.loads(redrive)["deadLetterTargetArn"], sender, body, **options)
        except NotAllowed as problem:
            log(f"sns: a dead letter of {topic.arn} is lost: {problem}")


def _envelope(
    subscription: Subscription,
    message: str,
    message_id: str,
    subject: str | None,
    message_attributes: dict[str, Any] | None,
) -> dict[str, Any]:
    arn = subscription.topic.arn
    host = f"https://sns.{arn.split(':')[3]}.amazonaws.com"
    envelope: dict[str, Any] = {"Type": "Notification", "MessageId": message_id, "TopicArn": arn}
    if subject:
        envelope["Subject"] = subject
    envelope |= {
        "Message": message,
        "Timestamp": iso_8601_datetime_with_milliseconds(),
        "SignatureVersion": "1",
        "Signature": "not-signed-here",
        "SigningCertURL": f"{host}/not-signed-here.pem",
        "UnsubscribeURL": f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}",
    }
    if message_attributes:
        envelope["MessageAttributes"] = message_attributes
    return envelope


def _attributes_of_queue(attributes: dict[str, Any] | None) -> dict[str, Any]:
    def value_of(attribute: dict[str, Any]) -> dict[str, Any]:
        kind, value = attribute["Type"], str(attribute["Value"])
        if kind.startswith("Binary"):
            return {"DataType": kind, "BinaryValue": base64.b64decode(value)}
        return {"DataType": kind, "StringValue": value}

    return {name: value_of(attribute) for name, attribute in (attributes or {}).items()}
