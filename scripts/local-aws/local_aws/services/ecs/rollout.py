"""What a service does next with its tasks: which ones it stops, how many it starts, and how its deployment ends. Pure.

`minimumHealthyPercent` is a floor of healthy tasks, `maximumPercent` a ceiling of tasks that are not STOPPED. So with
0 and 100, an old task is gone before the new one starts.
Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html (read 2026-11).
"""

import datetime
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Service = Mapping[str, Any]
Task = Mapping[str, Any]

UNHEALTHY_REASON = "Task failed container health checks"
_FEWEST_FAILURES, _MOST_FAILURES = 3, 200
# AWS waits for up to 15 minutes after tasks that did not start. A developer waits for less.
_LONGEST_DELAY_SEC = 15


class Outcome(Enum):
    """How a deployment ends."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Step:
    """What to do now. `stops` are ARNs of tasks with the reason. `is_steady`: the service has what it wants."""

    stops: Sequence[tuple[str, str]] = field(default_factory=list)
    starts: int = 0
    outcome: Outcome | None = None
    is_steady: bool = False


def step(service: Service, tasks: Sequence[Task], now: datetime.datetime, draining: Collection[str] = ()) -> Step:
    """Returns the next step. `tasks` are those of the service that are not STOPPED.

    `draining` are the ARNs of instances that drain.
    """
    primary, desired = service["deployments"][0], service["desiredCount"]
    if primary["rolloutState"] == "FAILED" or threshold_reached(service):
        outcome = None if primary["rolloutState"] == "FAILED" else Outcome.FAILED
        return Step(outcome=outcome)
    wanted = [each for each in tasks if each["desiredStatus"] == "RUNNING"]
    sick = [each for each in wanted if is_sick(service, each, now)]
    well = [each for each in wanted if each not in sick]
    new = [each for each in well if is_of(each, primary) and each.get("containerInstanceArn") not in draining]
    old = [each for each in well if each not in new]
    stops = [(each["taskArn"], UNHEALTHY_REASON) for each in sick]
    stops += [(each["taskArn"], scaling_reason(primary)) for each in [*new[desired:], *_superfluous(service, new, old)]]
    is_met = len(new) == desired and all(map(is_healthy, new))
    if stops or any(each not in new for each in tasks) or not is_met:
        return Step(stops, _starts(service, len(tasks), len(new), now))
    outcome = Outcome.COMPLETED if primary["rolloutState"] == "IN_PROGRESS" else None
    return Step(outcome=outcome, is_steady=True)


def is_of(task: Task, deployment: Mapping[str, Any]) -> bool:
    """Says whether a deployment started a task."""
    return task["startedBy"] == deployment["id"]


def is_healthy(task: Task) -> bool:
    """Says whether a task runs, and passes the health checks of its essential containers, if they have any."""
    return (
        task["lastStatus"] == task["desiredStatus"] == "RUNNING"
        and (task["healthStatus"] == "HEALTHY" or not task["local"]["isChecked"])
    )  # fmt: skip


def is_sick(service: Service, task: Task, now: datetime.datetime) -> bool:
    """Says whether a task that runs fails its health checks, after the grace period of the service.

    One that is PENDING, since a container still waits for another one, is left alone.
    Source: https://github.com/aws/containers-roadmap/issues/2379 (read 2026-11).
    """
    grace = datetime.timedelta(seconds=service.get("healthCheckGracePeriodSeconds") or 0)
    started = task.get("startedAt")
    return task["healthStatus"] == "UNHEALTHY" and started is not None and now >= started + grace


def scaling_reason(deployment: Mapping[str, Any]) -> str:
    """Returns the reason of a task that a deployment stops."""
    return f"Scaling activity initiated by (deployment {deployment['id']})"


def has_failed(task: Task) -> bool:
    """Says whether a task that is STOPPED counts as a failure: it never ran, or failed its health checks."""
    if task.get("stoppedReason") == UNHEALTHY_REASON:
        return True
    return "startedAt" not in task and task.get("stopCode") in ("TaskFailedToStart", "EssentialContainerExited")


def threshold(desired: int) -> int:
    """Returns how many tasks in a row may fail before the circuit breaker opens."""
    return max(_FEWEST_FAILURES, min(_MOST_FAILURES, math.ceil(desired / 2)))


def threshold_reached(service: Service) -> bool:
    """Says whether the circuit breaker opens. It does not once a task of the deployment ran well, or in a rollback."""
    breaker = service["deploymentConfiguration"]["deploymentCircuitBreaker"]
    primary, local = service["deployments"][0], service["local"]
    if not breaker["enable"] or primary["rolloutState"] != "IN_PROGRESS" or local["isProven"] or local["isRollback"]:
        return False
    return primary["failedTasks"] >= threshold(service["desiredCount"])


def delay_sec(failures: int) -> float:
    """Returns how long a service waits after tasks in a row that did not start."""
    return 0 if failures <= _FEWEST_FAILURES else min(_LONGEST_DELAY_SEC, 2 ** (failures - _FEWEST_FAILURES))


def _superfluous(service: Service, new: Sequence[Task], old: Sequence[Task]) -> list[Task]:
    """Returns old tasks that nothing needs any more: the others keep the floor together with the new ones."""
    healthy = [each for each in old if is_healthy(each)]
    percent = service["deploymentConfiguration"]["minimumHealthyPercent"]
    floor = math.ceil(service["desiredCount"] * percent / 100)
    kept = max(0, floor - sum(map(is_healthy, new[: service["desiredCount"]])))
    return [each for each in old if each not in healthy[:kept]]


def _starts(service: Service, present: int, new: int, now: datetime.datetime) -> int:
    if service["local"]["delayedUntil"] and now < service["local"]["delayedUntil"]:
        return 0
    percent = service["deploymentConfiguration"]["maximumPercent"]
    ceiling = math.floor(service["desiredCount"] * percent / 100)
    return max(0, min(service["desiredCount"] - new, ceiling - present))
