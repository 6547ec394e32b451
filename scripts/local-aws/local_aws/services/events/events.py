"""Events: services publish them, callers put them, and the rules of a bus that match send them on."""

import datetime
import json
import uuid
from typing import Any

from moto.events.models import EventBus, EventsBackend, events_backends

from local_aws.core.log import log
from local_aws.core.operations import ApiError, correction
from local_aws.core.resource_policies import NotAllowed

from . import inputs, targets
from .patterns import matches

Event = dict[str, Any]
_MOST = 10


def install() -> None:
    """Puts the correction in place."""
    correction(EventsBackend, "put_events")(put_events)


def publish(
    account: str,
    region: str,
    source: str,
    detail_type: str,
    resources: list[str],
    detail: dict[str, Any],
    *,
    moment: datetime.datetime | None = None,
) -> None:
    """Puts the event of a service on the default bus, such as `aws.ecs` with `ECS Task State Change`.

    It is delivered when this returns. Whoever calls it may change the state: in a call, in `then` of work, or within
    `background.change()`. Times in the detail are text, as in AWS's events.
    """
    bus = events_backends[account][region].event_buses["default"]
    _send(bus, _event(account, region, source, detail_type, resources, detail, moment))


def put_events(_original: Any, backend: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Puts the events of a caller on their buses. Returns an entry for each: its id, or why it is refused."""
    if len(events) > _MOST:
        raise ApiError(
            "ValidationException",
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
            "Member must have length less than or equal to 10",
        )
    return [_put(backend, each) for each in events]


def _put(backend: EventsBackend, entry: dict[str, Any]) -> dict[str, Any]:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    if entry["Source"].startswith("aws."):
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    name = backend._normalize_event_bus_arn(entry.get("EventBusName"))
    moment = entry.get("Time")
    if isinstance(moment, int | float):
        moment = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    event = _event(
        backend.account_id, backend.region_name, entry["Source"], entry["DetailType"], entry.get("Resources") or [],
        detail, moment,
    )  # fmt: skip
    # An event for a bus that does not exist is accepted and lost, as on AWS.
    if bus := backend.event_buses.get(name):
        _send(bus, event)
    return {"EventId": event["id"]}


def _event(
    account: str,
    region: str,
    source: str,
    detail_type: str,
    resources: list[str],
    detail: dict[str, Any],
    moment: datetime.datetime | None,
) -> Event:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": _text_of(moment or datetime.datetime.now(datetime.UTC)),
        "region": region,
        "resources": resources,
        "detail": detail,
    }


def _send(bus: EventBus, event: Event) -> None:
    ingested = _text_of(datetime.datetime.now(datetime.UTC))
    for rule in list(bus.rules.values()):
        pattern = rule.event_pattern.get_pattern()
        if rule.state == "DISABLED" or not pattern or not matches(pattern, event):
            continue
        for target in rule.targets:
            try:
                targets.deliver(target, rule.arn, inputs.input_of(target, event, rule.arn, ingested))
            except NotAllowed as problem:
                log(f"events: an event of {event['source']} is lost for {target['Arn']}: {problem}")


def _text_of(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
