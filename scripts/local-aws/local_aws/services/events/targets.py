"""The targets of rules: topics, queues and log groups. A target of another kind is refused by its name."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from moto.events.models import EventsBackend
from moto.logs.models import LogsBackend, logs_backends

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import ApiError, correction
from local_aws.core.resource_policies import NotAllowed, Sender, require_allowed
from local_aws.services.sns import deliveries as topics
from local_aws.services.sqs import deliveries as queues

from .inputs import InvalidInput, check

Target = dict[str, Any]
# A delivery ends at once here: it is not tried again.
_KEPT = ("RetryPolicy", "RoleArn")
_KNOWN = ("Id", "Arn", "Input", "InputPath", "InputTransformer", "SqsParameters", *_KEPT)


def install() -> None:
    """Puts the correction in place."""
    correction(EventsBackend, "put_targets")(require_known_targets)


def require_known_targets(
    original: Any, backend: EventsBackend, name: str, event_bus_arn: str | None, targets: list[Target]
) -> None:
    """Refuses targets that would get nothing here."""
    for target in targets:
        kind = target.get("Arn", "").split(":")[2:3]
        if not kind or kind[0] not in _DELIVERIES:
            raise ParameterIgnored([f"Targets of {kind[0] if kind else target.get('Arn')}"])
        unknown = sorted(name for name in target if name not in _KNOWN and target[name])
        if unknown:
            raise ParameterIgnored([f"Targets.{name}" for name in unknown])
        try:
            check(target)
        except InvalidInput as problem:
            raise ApiError("ValidationException", str(problem)) from None
    original(backend, name, event_bus_arn, targets)


def deliver(target: Target, rule_arn: str, text: str) -> None:
    """Sends a text to a target. Raises NotAllowed when the target is gone or does not let the rule."""
    sender = Sender("events.amazonaws.com", rule_arn, rule_arn.split(":")[4])
    _DELIVERIES[target["Arn"].split(":")[2]](target, sender, text)


def _to_topic(target: Target, sender: Sender, text: str) -> None:
    topics.publish(target["Arn"], sender, text)


def _to_queue(target: Target, sender: Sender, text: str) -> None:
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    queues.send(target["Arn"], sender, text, group_id=group)


def _to_log_group(target: Target, sender: Sender, text: str) -> None:
    arn = target["Arn"].removesuffix(":*")
    _, _, _, region, account, _, name = arn.split(":", 6)
    backend: LogsBackend = logs_backends[account][region]
    if name not in backend.groups:
        raise NotAllowed(f"the log group {arn} does not exist")
    documents = [json.loads(each.policy_document) for each in backend.resource_policies.values()]
    statements = [each for document in documents for each in _as_list(document.get("Statement", []))]
    stream = str(uuid.uuid4())
    whole = f"{arn}:log-stream:{stream}"
    require_allowed(json.dumps({"Statement": statements}), sender, "logs:PutLogEvents", whole)
    backend.create_log_stream(name, stream)
    backend.put_log_events(name, stream, [{"timestamp": int(time.time() * 1000), "message": text}])


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_DELIVERIES: dict[str, Callable[[Target, Sender, str], None]] = {
    "sns": _to_topic,
    "sqs": _to_queue,
    "logs": _to_log_group,
}
