"""Messages that other services publish to a topic."""

from moto.sns.models import SNSBackend, sns_backends

from local_aws.core.resource_policies import NotAllowed, Sender, require_allowed


def publish(arn: str, sender: Sender, message: str, subject: str | None = None) -> None:
    """Publishes to a topic. Raises NotAllowed when the topic is gone or its policy does not let the sender."""
    _, _, _, region, account, _ = arn.split(":")
    backend: SNSBackend = sns_backends[account][region]
    topic = backend.topics.get(arn)
    if topic is None:
        raise NotAllowed(f"the topic {arn} does not exist")
    require_allowed(topic.policy, sender, "sns:Publish", arn)
    # AWS cuts what is too long for a mail.
    topic.publish(message, subject=subject[:100] if subject else None)
