"""Messages that other services send to a queue."""

from typing import Any

from moto.sqs.models import SQSBackend, sqs_backends

from local_aws.core.resource_policies import NotAllowed, Sender, require_allowed


def send(arn: str, sender: Sender, body: str, **options: Any) -> None:
    """Sends a message to a queue. Raises NotAllowed when the queue is gone or its policy does not let the sender."""
    _, _, _, region, account, name = arn.split(":")
    backend: SQSBackend = sqs_backends[account][region]
    queue = backend.queues.get(name)
    if queue is None:
        raise NotAllowed(f"the queue {arn} does not exist")
    require_allowed(queue.policy, sender, "sqs:SendMessage", arn)
    backend.send_message(name, body, **options)
