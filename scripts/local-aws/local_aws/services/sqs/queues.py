"""What a queue keeps and answers.

moto takes who may use a queue for dead letters, and never returns it. It forgets the policy of a queue whenever another
attribute is set. It writes the redrive policy with spaces, which Terraform takes for a change.
"""

import json
from typing import Any

from moto.sqs.models import Queue

from local_aws.core.operations import correction


def install() -> None:
    """Puts the corrections in place."""
    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    Queue.redrive_allow_policy = None
    correction(Queue, "_set_attributes")(set_given)
    _write_redrive_policy_as_aws()


def set_given(original: Any, queue: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
    """Sets the attributes that are given. An empty text removes one, as Terraform does when it destroys a policy."""
    kept = queue.policy if hasattr(queue, "_policy_json") else None
    original(queue, attributes, now)
    if "Policy" not in attributes and kept:
        queue.policy = kept
    if attributes.get("RedriveAllowPolicy") == "":
        queue.redrive_allow_policy = None


def _write_redrive_policy_as_aws() -> None:
    written = Queue.attributes.fget

    def attributes(queue: Queue) -> dict[str, Any]:
        found = written(queue)
        if queue.redrive_policy:
            found["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
        return found

    Queue.attributes = property(attributes)
