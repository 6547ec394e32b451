"""Deployments of a service, as plain data: the newest is PRIMARY, and the others go when it has completed."""

import copy
import datetime
from typing import Any

from moto.core.base_backend import BaseBackend

from local_aws.core.operations import new_id

Service = dict[str, Any]
# What a deployment copies from its service.
_COPIED = ("capacityProviderStrategy", "launchType", "networkConfiguration", "platformVersion", "taskDefinition")
_MOST_EVENTS = 100


def begin(service: Service, *, forced: bool) -> None:
    """Puts a new deployment in front when the service runs other tasks than its last one, or is forced to."""
    last = service["deployments"][0] if service["deployments"] else None
    copied = {name: copy.deepcopy(service[name]) for name in _COPIED if service.get(name)}
    if last is None or forced or any(last.get(name) != copied.get(name) for name in _COPIED):
        for each in service["deployments"]:
            each["status"] = "ACTIVE"
        last = {**copied, "id": new_id("ecs-svc/", 19), "status": "PRIMARY", "createdAt": moment(), "failedTasks": 0}
        service["deployments"].insert(0, last)
        service["runningCount"] = 0
    running = min(service["runningCount"], service["desiredCount"])
    service["runningCount"] = running
    last.update(_counts(service["desiredCount"], running), updatedAt=moment())
    last.update(rolloutState="IN_PROGRESS", rolloutStateReason=f"ECS deployment {last['id']} in progress.")


def complete(_backend: BaseBackend, service: Service) -> Service:
    """Returns what changes in a service when its deployment has completed."""
    last, desired = service["deployments"][0], service["desiredCount"]
    last.update(_counts(desired, desired), updatedAt=moment())
    last.update(rolloutState="COMPLETED", rolloutStateReason=f"ECS deployment {last['id']} completed.")
    steady = {
        "id": new_id("", 32),
        "createdAt": moment(),
        "message": f"(service {service['serviceName']}) has reached a steady state.",
    }
    events = [steady, *service["events"]][:_MOST_EVENTS]
    return {"deployments": [last], "runningCount": desired, "events": events}


def configuration(service: Service) -> dict[str, Any]:
    """Returns the deployment configuration of a service with AWS's defaults."""
    most = 100 if service["schedulingStrategy"] == "DAEMON" else 200
    least = 0 if service["schedulingStrategy"] == "DAEMON" else 100
    return {
        "maximumPercent": most,
        "minimumHealthyPercent": least,
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        **service.get("deploymentConfiguration", {}),
    }


def moment() -> datetime.datetime:
    """Returns the time in UTC, with the milliseconds that ECS has."""
    return datetime.datetime.now(datetime.UTC)


def _counts(desired: int, running: int) -> dict[str, int]:
    return {"desiredCount": desired, "runningCount": running, "pendingCount": desired - running}
