"""Writes lines into log streams, and reads them."""

import time


def write(logs, group, stream, lines):
    now = int(time.time() * 1000)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]
    for begin in range(0, len(events), 100):
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events[begin : begin + 100])


def read(logs, group, stream):
    """Returns all lines of a stream, page by page."""
    lines, token = [], None
    while True:
        more = {"nextToken": token} if token else {}
        page = logs.get_log_events(
            logGroupName=group, logStreamName=stream, startFromHead=True, limit=150, **more
        )  # fmt: skip
        if not page["events"]:
            return lines
        lines += [event["message"] for event in page["events"]]
        token = page["nextForwardToken"]


def tail(logs, group, **asked):
    """Returns all lines of a group as `aws logs tail` reads them."""
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, interleaved=True, **asked)
    return [(event["logStreamName"], event["message"]) for page in pages for event in page["events"]]
