"""The events that ECS sends to EventBridge, and their details.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html (read 2026-11).
"""

import datetime
from typing import Any

from moto.core.base_backend import BaseBackend

from local_aws.services.events.events import publish

TASK, INSTANCE = "ECS Task State Change", "ECS Container Instance State Change"
DEPLOYMENT, SERVICE = "ECS Deployment State Change", "ECS Service Action"


def emit(backend: BaseBackend, detail_type: str, resources: list[str], detail: dict[str, Any]) -> None:
    """Sends an event to the rules of the default bus. Whoever calls it may change the state."""
    publish(backend.account_id, backend.region_name, "aws.ecs", detail_type, resources, plain(detail))


def plain(value: Any) -> Any:
    """Returns a detail without our own part of a record, and with times as text."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key != "local"}
    return [plain(each) for each in value] if isinstance(value, list) else value
