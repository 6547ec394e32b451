"""ReceiveMessage waits for up to 20 seconds. Others send meanwhile: the wait does not hold the state."""

from typing import Any

from moto.sqs.models import Queue

from local_aws.core.background import background
from local_aws.core.operations import correction


def install() -> None:
    """Puts the correction in place."""
    correction(Queue, "wait_for_messages")(wait_for_messages)


def wait_for_messages(original: Any, queue: Queue, timeout: int) -> None:
    """Waits for a message while others may change the state."""
    with background.waiting():
        original(queue, timeout)
