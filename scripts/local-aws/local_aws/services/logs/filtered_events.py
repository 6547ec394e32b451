"""FilterLogEvents, which `aws logs tail` calls again and again.

moto does not know groups by their ARN, streams by their prefix, and returns every event for a pattern that it does not
know.
"""

import re
from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import logs_backends
from moto.logs.responses import LogsResponse

from local_aws.core.ignored_parameters import ParameterIgnored, may_be_ignored
from local_aws.core.operations import Call, operation

# A phrase in quotes, or a word.
_TERM = re.compile(r'"([^"]*)"|(\S+)')
# Patterns of JSON, of columns, of regular expressions, and terms that exclude or of which one is enough.
_UNKNOWN = ("{", "[", "%", "-", "?")


def install() -> None:
    """Replaces moto's call."""
    operation(LogsResponse, "FilterLogEvents", logs_backends)(filter_log_events)
    # AWS itself ignores it, and always answers in the order of time.
    may_be_ignored("logs", "FilterLogEvents", "interleaved")


def filter_log_events(call: Call) -> dict[str, Any]:
    """Returns the events of a group that contain all terms of the pattern, the oldest first."""
    asked = call.parameters
    pattern = (asked.get("filterPattern") or "").strip()
    if any(term.startswith(_UNKNOWN) for _, term in _TERM.findall(pattern)):
        raise ParameterIgnored([f"filterPattern {pattern}"])
    name = asked.get("logGroupName") or asked["logGroupIdentifier"].rpartition(":log-group:")[2]
    group = call.backend.groups.get(name)
    if group is None:
        raise ResourceNotFoundException()
    streams = asked.get("logStreamNames")
    if prefix := asked.get("logStreamNamePrefix"):
        streams = [each for each in group.streams if each.startswith(prefix)]
        if not streams:
            return {"events": [], "searchedLogStreams": []}
    events, token, searched = call.backend.filter_log_events(
        name, streams or [], asked.get("startTime"), asked.get("endTime"), asked.get("limit"), asked.get("nextToken"),
        "", True,
    )  # fmt: skip
    # A page may have fewer events than asked for, or none, as on AWS.
    terms = [phrase or term for phrase, term in _TERM.findall(pattern)]
    events = [each for each in events if all(term in each["message"] for term in terms)]
    return {"events": events, "searchedLogStreams": searched, **({"nextToken": token} if token else {})}
