"""Deployments of services for FARGATE: nothing runs, and they complete after a while."""

from typing import Any

from moto.core.base_backend import BaseBackend

from . import deployments


def complete(_backend: BaseBackend, service: dict[str, Any]) -> dict[str, Any]:
    """Returns what changes in a service when its deployment has completed, as if its tasks ran."""
    desired = service["desiredCount"]
    deployments.complete(service)
    service["deployments"][0].update(desiredCount=desired, runningCount=desired, pendingCount=0)
    deployments.say(service, "has reached a steady state.")
    return {"deployments": service["deployments"], "runningCount": desired, "events": service["events"]}
