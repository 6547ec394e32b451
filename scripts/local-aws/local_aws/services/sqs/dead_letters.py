"""The queue of dead letters: a message goes there that was received as often as the redrive policy says.

moto keeps the queue itself, so that messages vanished in one that was deleted and made again.
"""

from typing import Any

from moto.sqs.models import Queue, sqs_backends


def install() -> None:
    """Makes a queue find its dead letters by their ARN, each time."""
    Queue.dead_letter_queue = property(queue_of_dead_letters, lambda _queue, _found: None)


def queue_of_dead_letters(queue: Queue) -> Any:
    """Returns the queue that the redrive policy names, if there is one."""
    policy = vars(queue).get("redrive_policy")
    if not policy:
        return None
    wanted = policy["deadLetterTargetArn"]
    queues = sqs_backends[queue.account_id][queue.region].queues
    return next((each for each in queues.values() if each.queue_arn == wanted), None)
