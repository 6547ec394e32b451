"""One look at a service: it gets the tasks that it lacks, loses those that it does not want, and its deployment ends.

Whoever calls this may change the state.
"""

import datetime
from typing import Any

from moto.core.base_backend import BaseBackend

from . import deployments, events, placement, rollout, service_states, task_definitions, task_records
from .deployments import moment, say
from .launching import Order, candidates, launch, role_problem, wish_of
from .records import SERVICES, Record, instances_in, last_part, tasks_in, touch

# AWS says again after a while that a task cannot be placed.
UNPLACED_INTERVAL_SEC = 60
_MORE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."


def look_at(backend: BaseBackend, key: str, service: Record) -> bool:
    """Does what is to be done now for a service. Says whether anything changed."""
    all_tasks = [each for each in tasks_in(backend, service["clusterArn"]) if each["local"]["service"] == key]
    tasks = [each for each in all_tasks if each["lastStatus"] != "STOPPED"]
    if service["state"] == service_states.ENDING:
        return _end(backend, service, tasks)
    has_changed = _note_failures(service, all_tasks) | _set_daemons(backend, service)
    primary = service["deployments"][0]
    if not service["local"]["isProven"] and any(
        rollout.is_of(each, primary) and rollout.is_healthy(each) for each in tasks
    ):
        service["local"].update(isProven=True, delayedUntil=None)
        primary["failedTasks"] = 0
        has_changed = True
    step = rollout.step(service, tasks, moment(), _draining(backend, service))
    has_changed |= _apply(backend, key, service, step, {each["taskArn"]: each for each in tasks})
    tasks = [each for each in tasks_in(backend, service["clusterArn"]) if each["local"]["service"] == key]
    present = [each for each in tasks if each["lastStatus"] != "STOPPED"]
    has_changed |= deployments.count(service, present)
    has_changed |= deployments.forget_past(service, {each["startedBy"] for each in present})
    if has_changed:
        touch(backend, SERVICES)
    return has_changed


def _apply(backend: BaseBackend, key: str, service: Record, step: rollout.Step, tasks: dict[str, Record]) -> bool:
    for arn, reason in step.stops:
        if reason == rollout.UNHEALTHY_REASON:
            say(service, f"(task {last_part(arn)}) failed container health checks.")
        task_records.stop(backend, tasks[arn], reason, "ServiceSchedulerInitiated")
    if step.stops:
        named = " ".join(f"(task {last_part(arn)})" for arn, _reason in step.stops)
        say(service, f"has stopped {len(step.stops)} running tasks: {named}.")
    has_started = _start(backend, key, service, step.starts) if step.starts else False
    if step.outcome is rollout.Outcome.COMPLETED:
        deployments.complete(service)
        say(service, f"(deployment {service['deployments'][0]['id']}) deployment completed.")
        _tell_deployment(backend, service, service["deployments"][0], "SERVICE_DEPLOYMENT_COMPLETED")
    elif step.outcome is rollout.Outcome.FAILED:
        _fail(backend, service)
    becomes_steady = step.is_steady and not service["local"]["isSteady"]
    if becomes_steady:
        say(service, "has reached a steady state.")
        _tell_service(backend, service, "INFO", "SERVICE_STEADY_STATE")
    was_steady = service["local"]["isSteady"]
    service["local"]["isSteady"] = step.is_steady
    return bool(step.stops) or has_started or step.outcome is not None or was_steady != step.is_steady


def _start(backend: BaseBackend, key: str, service: Record, count: int) -> bool:
    order = _order(backend, key, service)
    if order is None:
        return _say_unlaunched(backend, service, "ECS was unable to find the task definition of the service.")
    problem = role_problem(backend, order)
    if problem:
        return _say_unlaunched(backend, service, problem)
    started = []
    for _ in range(count):
        found = launch(backend, service["clusterArn"], order)
        if isinstance(found, placement.Choice):
            unplaced = _say_once(backend, service, "SERVICE_TASK_PLACEMENT_FAILURE", placement.event(found.refusals))
            break
        started.append(found)
    else:
        unplaced = False
    if started:
        service["local"].pop("unplaced", None)
        named = " ".join(f"(task {last_part(each['taskArn'])})" for each in started)
        say(service, f"has started {len(started)} tasks: {named}.")
    return bool(started) or unplaced


def _order(backend: BaseBackend, key: str, service: Record) -> Order | None:
    primary = service["deployments"][0]
    definition = task_definitions.find(backend, primary["taskDefinition"])  # type: ignore[arg-type]
    if definition is None:
        return None
    strategy = primary.get("capacityProviderStrategy")
    tags = {"SERVICE": service["tags"], "TASK_DEFINITION": definition.get("tags")}.get(service["propagateTags"])
    # Others take effect with the next deployment. Source: API_UpdateService (read 2026-11).
    constraints = service["local"]["placementConstraints"]
    if service["schedulingStrategy"] == "DAEMON":
        constraints = [*constraints, {"type": "distinctInstance"}]
    asked = {
        "group": f"service:{service['serviceName']}",
        "startedBy": primary["id"],
        "capacityProviderName": strategy[0]["capacityProvider"] if strategy else None,
        "tags": tags,
        "service": key,
    }
    return Order(definition, asked, constraints, service["placementStrategy"], service["enableECSManagedTags"])


def _fail(backend: BaseBackend, service: Record) -> None:
    failed = service["deployments"][0]
    say(service, f"(deployment {failed['id']}) deployment failed: tasks failed to start.")
    wants_back = service["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"]
    back = deployments.fail(service)
    _tell_deployment(backend, service, failed, "SERVICE_DEPLOYMENT_FAILED")
    if back:
        say(service, f"rolling back to deployment {back['id']}.")
        _tell_deployment(backend, service, back, "SERVICE_DEPLOYMENT_IN_PROGRESS")
    elif wants_back:
        say(service, "No rollback candidate was found to run the rollback.")


def _note_failures(service: Record, tasks: list[Record]) -> bool:
    has_changed = False
    primary = service["deployments"][0]
    for task in tasks:
        if task["lastStatus"] != "STOPPED" or task["local"]["isCounted"]:
            continue
        task["local"]["isCounted"] = has_changed = True
        if not rollout.is_of(task, primary):
            continue
        if not rollout.has_failed(task):
            service["local"]["failures"] = 0
            continue
        if not service["local"]["isProven"]:
            primary["failedTasks"] += 1
        failures = service["local"]["failures"] = service["local"].get("failures", 0) + 1
        delay = rollout.delay_sec(failures)
        if delay and not service["local"]["delayedUntil"]:
            say(service, f"is unable to consistently start tasks successfully. {_MORE}")
        service["local"]["delayedUntil"] = moment() + datetime.timedelta(seconds=delay) if delay else None
    return has_changed


def _set_daemons(backend: BaseBackend, service: Record) -> bool:
    """A service of daemons wants as many tasks as there are instances that fit, apart from what they have left."""
    if service["schedulingStrategy"] != "DAEMON":
        return False
    order = Order({"containerDefinitions": []}, {}, service["placementConstraints"])
    fit = [
        each
        for each in candidates(backend, service["clusterArn"], {})
        if placement.why_not(wish_of(order), each) is None
    ]
    count = sum(each.instance["status"] == "ACTIVE" for each in fit)
    if service["desiredCount"] == count:
        return False
    service["desiredCount"] = service["deployments"][0]["desiredCount"] = count
    return True


def _end(backend: BaseBackend, service: Record, tasks: list[Record]) -> bool:
    wanted = [each for each in tasks if each["desiredStatus"] == "RUNNING"]
    for task in wanted:
        task_records.stop(
            backend,
            task,
            f"Scaling activity initiated by (deployment {task['startedBy']})",
            "ServiceSchedulerInitiated",
        )
    if not tasks:
        touch(backend, SERVICES)
        service.update(state=service_states.INACTIVE, runningCount=0, pendingCount=0)
    return bool(wanted) or not tasks


def _draining(backend: BaseBackend, service: Record) -> set[str]:
    instances = instances_in(backend, service["clusterArn"])
    return {each["containerInstanceArn"] for each in instances if each["status"] == "DRAINING"}


def _say_unlaunched(backend: BaseBackend, service: Record, problem: str) -> bool:
    message = f"failed to launch a task with (error {problem})."
    return _say_once(backend, service, "SERVICE_TASK_CONFIGURATION_FAILURE", message)


def _say_once(backend: BaseBackend, service: Record, name: str, message: str) -> bool:
    """Says what keeps a service from its tasks: at once, and again after a while."""
    last = service["local"].get("unplaced")
    if last and last["message"] == message and (moment() - last["at"]).total_seconds() < UNPLACED_INTERVAL_SEC:
        return False
    service["local"]["unplaced"] = {"message": message, "at": moment()}
    say(service, message)
    _tell_service(backend, service, "ERROR", name)
    return True


def _tell_service(backend: BaseBackend, service: Record, kind: str, name: str) -> None:
    detail = {"eventType": kind, "eventName": name, "clusterArn": service["clusterArn"], "createdAt": moment()}
    if name == "SERVICE_TASK_PLACEMENT_FAILURE":
        detail["reason"] = service["local"]["unplaced"]["message"]
    events.emit(backend, events.SERVICE, [service["serviceArn"]], detail)


def _tell_deployment(backend: BaseBackend, service: Record, deployment: dict[str, Any], name: str) -> None:
    detail = {
        "eventType": "ERROR" if name == "SERVICE_DEPLOYMENT_FAILED" else "INFO",
        "eventName": name,
        "deploymentId": deployment["id"],
        "updatedAt": moment(),
        "reason": deployment["rolloutStateReason"],
    }
    events.emit(backend, events.DEPLOYMENT, [service["serviceArn"]], detail)
