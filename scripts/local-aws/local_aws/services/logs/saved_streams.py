"""The events of a log stream, which a save keeps beside the state once they are many.

A container writes thousands of lines. If each save wrote all of them, every call would wait for that.
"""

import copyreg
import json
from typing import Any

from moto.logs.models import LogEvent, LogStream

from local_aws.core.saving import Aside, reduce_with, with_aside

# A stream is written in chunks of this many events, each once. The rest is written with each save.
CHUNK = 200
# The attribute of moto's object that names the chunks that are written.
NAMES = "local_aws_chunks"
_FIELDS = ("timestamp", "message", "ingestion_time", "event_id")


def install() -> None:
    """Says how a stream is saved."""
    reduce_with(LogStream, reduce_stream)


def reduce_stream(stream: LogStream, aside: Aside) -> tuple[Any, ...]:
    """Reduces a stream to its attributes, the names of its chunks, and the events after those."""
    events = list(stream.events)
    names = vars(stream).setdefault(NAMES, [])
    for name in names:
        aside.blobs.use(name)
    while (len(names) + 1) * CHUNK <= len(events):
        chunk = events[len(names) * CHUNK : (len(names) + 1) * CHUNK]
        names.append(aside.blobs.put(json.dumps(_plain(chunk)).encode()))
    attributes = {name: value for name, value in vars(stream).items() if name not in ("events", NAMES)}
    rest = _plain(events[len(names) * CHUNK :])
    return copyreg.__newobj__, (LogStream,), (attributes, list(names), rest), None, None, restore_stream


@with_aside
def restore_stream(aside: Aside, stream: LogStream, written: tuple[dict[str, Any], list[str], list[Any]]) -> None:
    """Gives a new stream what `reduce_stream` made of an earlier one."""
    attributes, names, rest = written
    vars(stream).update(attributes)
    setattr(stream, NAMES, names)
    plain = [each for name in names for each in json.loads(aside.blobs.get(name))] + rest
    stream.events = [_event(each) for each in plain]
    # moto numbers events from 0 in each process, and finds the next page by the number.
    LogEvent._event_id = max([LogEvent._event_id, *(each.event_id + 1 for each in stream.events)])


def _plain(events: list[LogEvent]) -> list[Any]:
    return [[getattr(each, name) for name in _FIELDS] for each in events]


def _event(plain: list[Any]) -> LogEvent:
    event = object.__new__(LogEvent)
    vars(event).update(zip(_FIELDS, plain, strict=True))
    return event
