"""Rules: a pattern that AWS refuses is refused, and one can be tried out. Nothing runs on a schedule."""

import json
from typing import Any

from moto.events.models import EventsBackend, Rule, events_backends
from moto.events.responses import EventsHandler

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import ApiError, Call, correction, operation

from .patterns import InvalidPattern, matches, parse


def install() -> None:
    """Puts the corrections in place."""
    correction(EventsBackend, "put_rule")(require_pattern)
    operation(EventsHandler, "TestEventPattern", events_backends)(try_pattern)


def require_pattern(original: Any, backend: EventsBackend, name: str, **keywords: Any) -> Rule:
    """Refuses a schedule by its name, and a pattern that is not valid as AWS does."""
    if keywords.get("scheduled_expression"):
        raise ParameterIgnored(["ScheduleExpression"])
    if keywords.get("event_pattern"):
        _parse(keywords["event_pattern"])
    return original(backend, name, **keywords)


def try_pattern(call: Call) -> dict[str, Any]:
    """Says whether an event matches a pattern."""
    return {"Result": matches(_parse(call.parameters["EventPattern"]), _json_of(call.parameters["Event"]))}


def _parse(pattern: str) -> dict[str, Any]:
    try:
        return parse(pattern)
    except InvalidPattern as problem:
        raise ApiError("InvalidEventPatternException", str(problem)) from None


def _json_of(event: str) -> Any:
    try:
        return json.loads(event)
    except ValueError:
        raise ApiError("ValidationException", "Parameter Event is not valid. Reason: It is not JSON.") from None
