"""Deployments of a service, as plain data: the newest is PRIMARY, and the others go when it has completed."""

import copy
import datetime
from typing import Any

from local_aws.core.operations import new_id

Service = dict[str, Any]
Deployment = dict[str, Any]
# What a deployment copies from its service.
_COPIED = ("capacityProviderStrategy", "launchType", "networkConfiguration", "platformVersion", "taskDefinition")
_MOST_EVENTS = 100
FAILED_REASON = "ECS deployment circuit breaker: tasks failed to start."


def begin(service: Service, *, forced: bool) -> bool:
    """Puts a new deployment in front when the service runs other tasks than its last one, or is forced to.

    Says whether it did.
    """
    last = service["deployments"][0] if service["deployments"] else None
    copied = {name: copy.deepcopy(service[name]) for name in _COPIED if service.get(name)}
    if last is not None and not forced and all(last.get(name) == copied.get(name) for name in _COPIED):
        last.update(desiredCount=service["desiredCount"], updatedAt=moment())
        service["local"]["isSteady"] = False
        return False
    for each in service["deployments"]:
        each.update(status="ACTIVE", desiredCount=0)
    new = {**copied, "id": new_id("ecs-svc/", 19), "status": "PRIMARY", "createdAt": moment(), "failedTasks": 0}
    service["deployments"].insert(0, new)
    _start_over(service, new, f"ECS deployment {new['id']} in progress.", is_rollback=False)
    return True


def complete(service: Service) -> None:
    """Ends the deployment in front well. The others are over."""
    last = service["deployments"][0]
    last.update(rolloutState="COMPLETED", rolloutStateReason=f"ECS deployment {last['id']} completed.")
    last["updatedAt"] = moment()
    service["deployments"] = [last]


def fail(service: Service) -> Deployment | None:
    """Ends the deployment in front badly. Where the service asks for it, the last completed one comes back.

    Returns that one, or None.
    """
    failed = service["deployments"][0]
    failed.update(rolloutState="FAILED", rolloutStateReason=FAILED_REASON, updatedAt=moment())
    back = last_completed(service)
    if not service["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] or back is None:
        return None
    failed.update(status="ACTIVE", desiredCount=0)
    service["deployments"].remove(back)
    service["deployments"].insert(0, back)
    back.update(status="PRIMARY", failedTasks=0)
    for name in _COPIED:
        service.pop(name, None)
    service.update({name: copy.deepcopy(back[name]) for name in _COPIED if name in back})
    reason = f"ECS deployment circuit breaker: rolling back to deploymentId {back['id']}."
    _start_over(service, back, reason, is_rollback=True)
    return back


def last_completed(service: Service) -> Deployment | None:
    """Returns the deployment that a rollback goes to."""
    return next((each for each in service["deployments"][1:] if each["rolloutState"] == "COMPLETED"), None)


def forget_past(service: Service, in_use: set[str]) -> bool:
    """Removes deployments that have no tasks any more, apart from the one that a rollback goes to. Says if it did."""
    kept = [
        each
        for each in service["deployments"]
        if each["status"] == "PRIMARY" or each["id"] in in_use or each is last_completed(service)
    ]
    has_changed = len(kept) != len(service["deployments"])
    service["deployments"] = kept
    return has_changed


def count(service: Service, tasks: list[dict[str, Any]]) -> bool:
    """Counts the tasks of a service that are not STOPPED, in it and in its deployments. Says if a number changed."""
    has_changed = False
    for counted in (service, *service["deployments"]):
        own = [each for each in tasks if counted is service or each["startedBy"] == counted["id"]]
        running = sum(each["lastStatus"] == "RUNNING" for each in own)
        pending = sum(each["lastStatus"] in ("PROVISIONING", "PENDING", "ACTIVATING") for each in own)
        if (counted.get("runningCount"), counted.get("pendingCount")) != (running, pending):
            counted.update(runningCount=running, pendingCount=pending)
            has_changed = True
    return has_changed


def say(service: Service, message: str) -> None:
    """Adds an event to a service."""
    event = {"id": new_id("", 32), "createdAt": moment(), "message": f"(service {service['serviceName']}) {message}"}
    service["events"] = [event, *service["events"]][:_MOST_EVENTS]


def configuration(service: Service) -> dict[str, Any]:
    """Returns the deployment configuration of a service with AWS's defaults."""
    is_daemon = service["schedulingStrategy"] == "DAEMON"
    return {
        "maximumPercent": 100 if is_daemon else 200,
        "minimumHealthyPercent": 0 if is_daemon else 100,
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        **service.get("deploymentConfiguration", {}),
    }


def moment() -> datetime.datetime:
    """Returns the time in UTC, with the milliseconds that ECS has."""
    return datetime.datetime.now(datetime.UTC)


def _start_over(service: Service, deployment: Deployment, reason: str, *, is_rollback: bool) -> None:
    deployment.update(rolloutState="IN_PROGRESS", rolloutStateReason=reason, updatedAt=moment())
    deployment.setdefault("runningCount", 0)
    deployment.update(desiredCount=service["desiredCount"], pendingCount=0)
    service["local"] = {
        "isProven": False,
        "isRollback": is_rollback,
        "isSteady": False,
        "delayedUntil": None,
        "placementConstraints": copy.deepcopy(service["placementConstraints"]),
    }
