"""The events that ECS sends to EventBridge, and their details.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html (read 2026-11).
"""

import datetime
import sys
import time
import uuid
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.events.models import events_backends

TASK, INSTANCE = "ECS Task State Change", "ECS Container Instance State Change"
DEPLOYMENT, SERVICE = "ECS Deployment State Change", "ECS Service Action"


def emit(backend: BaseBackend, detail_type: str, resources: list[str], detail: dict[str, Any]) -> None:
    """Sends an event to the rules of the default bus. Whoever calls it may change the state."""
    regions = events_backends[backend.account_id]
    # Nobody needs a bus that nobody has asked for: each new one is saved.
    events = regions.get(backend.region_name)
    if events is None:
        return
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": "aws.ecs",
        "account": backend.account_id,
        "time": time.time(),
        "region": backend.region_name,
        "resources": resources,
        "detail": plain(detail),
    }
    for rule in list(events.event_buses["default"].rules.values()):
        if rule.state == "ENABLED":
            try:
                rule.send_to_targets(dict(event), transform_input=False)
            except Exception as error:
                # A target that does not exist, or of a kind that moto does not know, keeps nobody from going on.
                print(f"local-aws: rule {rule.name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)


def plain(value: Any) -> Any:
    """Returns a detail without our own part of a record, and with times as text."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key != "local"}
    return [plain(each) for each in value] if isinstance(value, list) else value
