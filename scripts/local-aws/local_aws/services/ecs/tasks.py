"""RunTask, StartTask, StopTask, DescribeTasks and ListTasks, for tasks on container instances."""

from typing import Any

from moto.ecs.exceptions import EcsClientException, InvalidParameterException
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.core.ignored_parameters import ParameterIgnored, may_be_ignored
from local_aws.core.operations import ApiError, Call, operation

from . import placement, query_language, task_definitions, task_records
from .clusters_by_name import cluster_of
from .launching import Order, candidates, launch, role_problem, wish_of
from .records import TASKS, Record, failure, instances_in, kept, last_part, tasks_in, told

_MOST_TASKS = 10
_OVERRIDES = ("containerOverrides", "taskRoleArn", "executionRoleArn")
_CONTAINER_OVERRIDES = ("name", "command", "environment")


def install() -> None:
    """Replaces moto's calls."""
    for name, handler in (
        ("RunTask", run_task),
        ("StartTask", start_task),
        ("StopTask", stop_task),
        ("DescribeTasks", describe_tasks),
        ("ListTasks", list_tasks),
    ):
        operation(EC2ContainerServiceResponse, name, ecs_backends)(handler)
    # It names who asked. Nothing depends on it.
    may_be_ignored("ecs", "RunTask", "referenceId")


def run_task(call: Call) -> dict[str, Any]:
    """Runs tasks on instances that fit. What could not be placed is in `failures`."""
    asked, cluster = call.parameters, cluster_of(call)
    strategy = asked.get("capacityProviderStrategy")
    if asked.get("launchType") and strategy:
        raise InvalidParameterException("Specify either Launch Type or Capacity Provider Strategy, but not both.")
    if not asked.get("launchType"):
        strategy = strategy or cluster.default_capacity_provider_strategy
    provider = strategy[0]["capacityProvider"] if strategy else None
    where = asked.get("launchType") or provider
    if where in ("FARGATE", "FARGATE_SPOT", "EXTERNAL"):
        raise ParameterIgnored([f"launchType {where}"])
    order = _order(call, {"launchType": "EC2", "capacityProviderName": provider})
    constraints, strategies = asked.get("placementConstraints") or [], asked.get("placementStrategy") or []
    require_queries(constraints)
    order = Order(order.definition, order.asked, constraints, strategies, order.has_managed_tags)
    _require_roles(call, order)
    if not instances_in(call.backend, cluster.arn):
        raise InvalidParameterException(placement.NO_INSTANCES)
    tasks, failures = [], []
    for _ in range(_count(asked)):
        found = launch(call.backend, cluster.arn, order)
        if isinstance(found, placement.Choice):
            failures = [{"arn": arn, "reason": reason} for arn, reason in found.refusals]
            break
        tasks.append(told(found))
    return {"tasks": tasks, "failures": failures}


def start_task(call: Call) -> dict[str, Any]:
    """Runs a task on each instance that the call names."""
    cluster, tasks, failures = cluster_of(call), [], []
    order = _order(call, {"launchType": "EC2"})
    _require_roles(call, order)
    there = {last_part(each["containerInstanceArn"]): each for each in instances_in(call.backend, cluster.arn)}
    for name in call.parameters["containerInstances"]:
        instance = there.get(last_part(name))
        if instance is None:
            failures.append(failure(call.backend, f"container-instance/{cluster.name}", name))
            continue
        arn = instance["containerInstanceArn"]
        found = [
            each for each in candidates(call.backend, cluster.arn, {}) if each.instance["containerInstanceArn"] == arn
        ]
        reason = placement.why_not(wish_of(order), found[0])
        if reason:
            failures.append({"arn": arn, "reason": reason})
        else:
            made = task_records.make(
                call.backend, order.definition, instance, order.asked, has_managed_tags=order.has_managed_tags
            )
            tasks.append(told(made))
    return {"tasks": tasks, "failures": failures}


def stop_task(call: Call) -> dict[str, Any]:
    """Asks for the end of a task."""
    cluster = cluster_of(call)
    task = kept(call.backend, TASKS).get(last_part(call.parameters["task"]))
    if task is None or task["clusterArn"] != cluster.arn:
        raise InvalidParameterException("The referenced task was not found.")
    reason = call.parameters.get("reason") or task_records.STOPPED_BY_USER
    task_records.stop(call.backend, task, reason, "UserInitiated")
    return {"task": told(task)}


def describe_tasks(call: Call) -> dict[str, Any]:
    """Returns tasks by id or ARN, also those that stopped within the last hour."""
    cluster, found, failures = cluster_of(call), [], []
    if not call.parameters["tasks"]:
        raise InvalidParameterException("Tasks cannot be empty.")
    has_tags = "TAGS" in (call.parameters.get("include") or [])
    for name in call.parameters["tasks"]:
        task = kept(call.backend, TASKS).get(last_part(name))
        if task is None or task["clusterArn"] != cluster.arn:
            failures.append(failure(call.backend, f"task/{cluster.name}", name))
        else:
            found.append({**told(task), **({} if has_tags else {"tags": []})})
    return {"tasks": found, "failures": failures}


def list_tasks(call: Call) -> dict[str, Any]:
    """Returns the ARNs of tasks that should run, or of those that should not."""
    asked, cluster = call.parameters, cluster_of(call)
    wanted = asked.get("desiredStatus") or "RUNNING"
    service = last_part(asked["serviceName"]) if asked.get("serviceName") else None
    found = [each for each in tasks_in(call.backend, cluster.arn) if each["desiredStatus"] == wanted]
    return {"taskArns": [each["taskArn"] for each in found if _passes(each, asked, service)]}


def require_queries(constraints: list[dict[str, str]]) -> None:
    """Raises AWS's error when a placement constraint is none."""
    for constraint in constraints:
        if constraint.get("type") not in ("memberOf", "distinctInstance"):
            raise InvalidParameterException("Placement constraint type must be one of [memberOf,distinctInstance].")
        if constraint["type"] == "memberOf":
            try:
                query_language.parse(constraint.get("expression") or "")
            except query_language.NoQuery as error:
                raise InvalidParameterException(str(error)) from error


def _passes(task: Record, asked: dict[str, Any], service: str | None) -> bool:
    family = last_part(task["taskDefinitionArn"]).partition(":")[0]
    instance = last_part(asked["containerInstance"]) if asked.get("containerInstance") else None
    return (
        (service is None or task["group"] == f"service:{service}")
        and asked.get("family") in (None, family)
        and asked.get("startedBy") in (None, task["startedBy"])
        and asked.get("launchType") in (None, task.get("launchType"))
        and (instance is None or last_part(task["containerInstanceArn"]) == instance)
    )


def _order(call: Call, where: dict[str, Any]) -> Order:
    asked = call.parameters
    if asked.get("networkConfiguration") or asked.get("enableExecuteCommand"):
        raise ParameterIgnored([each for each in ("networkConfiguration", "enableExecuteCommand") if asked.get(each)])
    definition = task_definitions.usable(call.backend, asked["taskDefinition"])
    task_definitions.require_runs_here(definition)
    overrides = asked.get("overrides") or {}
    _require_overrides(definition, overrides)
    kept_tags = definition.get("tags") if asked.get("propagateTags") == "TASK_DEFINITION" else []
    made_with = {
        **where,
        "group": asked.get("group") or f"family:{definition['family']}",
        "startedBy": asked.get("startedBy"),
        "overrides": {"containerOverrides": [], **overrides},
        "tags": [*(kept_tags or []), *(asked.get("tags") or [])],
    }
    return Order(definition, made_with, has_managed_tags=bool(asked.get("enableECSManagedTags")))


def _require_overrides(definition: dict[str, Any], overrides: dict[str, Any]) -> None:
    names = {each["name"] for each in definition["containerDefinitions"]}
    ignored = [f"overrides.{name}" for name, value in overrides.items() if value and name not in _OVERRIDES]
    for each in overrides.get("containerOverrides") or []:
        if each.get("name") not in names:
            raise InvalidParameterException(
                "Override for container named " + str(each.get("name")) + " is not a container in the TaskDefinition."
            )
        ignored += [
            f"containerOverrides.{name}" for name, value in each.items() if value and name not in _CONTAINER_OVERRIDES
        ]
    if ignored:
        raise ParameterIgnored(ignored)


def _require_roles(call: Call, order: Order) -> None:
    problem = role_problem(call.backend, order)
    if problem:
        raise EcsClientException(problem)


def _count(asked: dict[str, Any]) -> int:
    count = int(asked.get("count") or 1)
    if not 1 <= count <= _MOST_TASKS:
        raise ApiError("InvalidParameterException", f"count must be from 1 to {_MOST_TASKS}.")
    return count
