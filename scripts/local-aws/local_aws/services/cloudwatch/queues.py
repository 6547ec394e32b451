"""The metrics of queues. A minute has the values of the last look in it, so that an alarm sees them at once.

AWS has one value a minute, some minutes later.
"""

import time

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import unix_time_millis
from moto.sqs.models import Queue, SQSBackend, sqs_backends

from local_aws.core.background import background
from local_aws.core.watches import watch

from .points import MINUTE_SEC, Statistics, add

INTERVAL_SEC = 1.0
_AGE_STEP_SEC = 10
Values = dict[str, tuple[float, str]]
# What was written last of each queue, and in which minute.
_written: dict[str, tuple[int, Values]] = {}


def install() -> None:
    """Begins to measure when the local AWS begins."""
    watch("metrics of queues", INTERVAL_SEC, look)


def look() -> None:
    """Writes the values of each queue that changed, or that the present minute lacks."""
    with background.reading():
        if not _due():
            return
    with background.change():
        minute = _minute()
        for backend, queue, values in _due():
            _written[queue.queue_arn] = minute, values
            for name, (value, unit) in values.items():
                add(
                    cloudwatch_backends[backend.account_id][backend.region_name],
                    "AWS/SQS", name, [{"Name": "QueueName", "Value": queue.name}], unit, minute,
                    Statistics(1, value, value, value), replaces=True,
                )  # fmt: skip


def _due() -> list[tuple[SQSBackend, Queue, Values]]:
    found = []
    for backend in [backend for regions in list(sqs_backends.values()) for backend in list(regions.values())]:
        for queue in list(backend.queues.values()):
            values = _values(queue)
            if _written.get(queue.queue_arn) != (_minute(), values):
                found.append((backend, queue, values))
    return found


def _values(queue: Queue) -> Values:
    sent = [message.sent_timestamp for message in list(queue._messages)]
    age = (unix_time_millis() - min(sent)) / 1000 if sent else 0
    return {
        "ApproximateNumberOfMessagesVisible": (queue.approximate_number_of_messages, "Count"),
        "ApproximateNumberOfMessagesNotVisible": (queue.approximate_number_of_messages_not_visible, "Count"),
        "ApproximateNumberOfMessagesDelayed": (queue.approximate_number_of_messages_delayed, "Count"),
        # In steps, so that it does not change at each look.
        "ApproximateAgeOfOldestMessage": (age // _AGE_STEP_SEC * _AGE_STEP_SEC, "Seconds"),
    }


def _minute() -> int:
    return int(time.time()) // MINUTE_SEC * MINUTE_SEC
