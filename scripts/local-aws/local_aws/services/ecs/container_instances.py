"""Container instances: machines whose agent has registered them. What they have left follows from their tasks.

Nobody else registers one: the agent of a machine here does it in this process (agent/registration.py).
"""

from typing import Any

from moto.core.base_backend import BaseBackend
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import Cluster, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.core.operations import ApiError, Call, operation

from . import events, query_language, task_records
from .clusters_by_name import cluster_of
from .deployments import moment
from .records import INSTANCES, Record, failure, instances_in, is_pending, kept, last_part, tasks_on, told, touch
from .resources import remaining

DEREGISTERED = "Container instance deregistration forced by user"
_STATES = ("ACTIVE", "DRAINING")


def install() -> None:
    """Replaces moto's calls."""
    # moto's instances have their attributes in another form.
    EC2ContainerServiceResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER = {}
    for name, handler in (
        ("RegisterContainerInstance", register),
        ("DeregisterContainerInstance", deregister),
        ("ListContainerInstances", list_instances),
        ("DescribeContainerInstances", describe_instances),
        ("UpdateContainerInstancesState", update_state),
        ("PutAttributes", put_attributes),
        ("DeleteAttributes", delete_attributes),
        ("ListAttributes", list_attributes),
    ):
        operation(EC2ContainerServiceResponse, name, ecs_backends)(handler)


def register(call: Call) -> None:
    """Fails: AWS's own agent cannot be had for machines here."""
    raise NotImplementedError("ecs:RegisterContainerInstance")


def deregister(call: Call) -> dict[str, Any]:
    """Deregisters an instance. With `force`, ECS forgets the tasks that run there."""
    instance = _find(call, cluster_of(call), call.parameters["containerInstance"])
    if tasks_on(call.backend, instance["containerInstanceArn"]) and not call.parameters.get("force"):
        raise InvalidParameterException("Found running tasks on the instance.")
    end(call.backend, instance, DEREGISTERED)
    return {"containerInstance": described(call.backend, instance)}


def list_instances(call: Call) -> dict[str, Any]:
    """Returns the ARNs of the instances of a cluster that are not INACTIVE."""
    cluster, status = cluster_of(call), call.parameters.get("status")
    test = _query(call.parameters.get("filter"))
    found = [
        each["containerInstanceArn"]
        for each in instances_in(call.backend, cluster.arn)
        if status in (None, each["status"]) and test(described(call.backend, each))
    ]
    return {"containerInstanceArns": sorted(found)}


def describe_instances(call: Call) -> dict[str, Any]:
    """Returns instances by id or ARN, also those that were deregistered a while ago."""
    cluster, found, failures = cluster_of(call), [], []
    for name in call.parameters["containerInstances"]:
        instance = kept(call.backend, INSTANCES).get(last_part(name))
        if instance is None or instance["local"]["clusterArn"] != cluster.arn:
            failures.append(failure(call.backend, f"container-instance/{cluster.name}", name))
        else:
            found.append(described(call.backend, instance))
    if "TAGS" not in (call.parameters.get("include") or []):
        found = [{**each, "tags": []} for each in found]
    return {"containerInstances": found, "failures": failures}


def update_state(call: Call) -> dict[str, Any]:
    """Makes instances ACTIVE or DRAINING. Services move their tasks away from one that drains."""
    cluster, wanted, found, failures = cluster_of(call), call.parameters["status"], [], []
    if wanted not in _STATES:
        raise InvalidParameterException("Container instance status should be one of [ACTIVE,DRAINING].")
    for name in call.parameters["containerInstances"]:
        try:
            instance = _find(call, cluster, name)
        except ApiError:
            failures.append(failure(call.backend, f"container-instance/{cluster.name}", name))
        else:
            change(call.backend, instance, status=wanted)
            found.append(described(call.backend, instance))
    return {"containerInstances": found, "failures": failures}


def put_attributes(call: Call) -> dict[str, Any]:
    """Adds attributes to instances, or changes their values."""
    for given in call.parameters["attributes"]:
        instance = _target(call, given)
        others = [each for each in instance["attributes"] if each["name"] != given["name"]]
        change(call.backend, instance, attributes=[*others, {k: given[k] for k in ("name", "value") if given.get(k)}])
    return {"attributes": call.parameters["attributes"]}


def delete_attributes(call: Call) -> dict[str, Any]:
    """Removes attributes of instances."""
    for given in call.parameters["attributes"]:
        instance = _target(call, given)
        kept_ones = [each for each in instance["attributes"] if each["name"] != given["name"]]
        change(call.backend, instance, attributes=kept_ones)
    return {"attributes": call.parameters["attributes"]}


def list_attributes(call: Call) -> dict[str, Any]:
    """Returns the attributes of the instances of a cluster, or those with a name and a value."""
    cluster, asked = cluster_of(call), call.parameters
    if asked["targetType"] != "container-instance":
        raise InvalidParameterException("targetType must be container-instance")
    found = [
        {**attribute, "targetId": each["containerInstanceArn"]}
        for each in instances_in(call.backend, cluster.arn)
        for attribute in each["attributes"]
        if asked.get("attributeName") in (None, attribute["name"])
        and asked.get("attributeValue") in (None, attribute.get("value"))
    ]
    return {"attributes": found}


def described(backend: BaseBackend, instance: Record) -> Record:
    """Returns an instance as ECS describes it, with what its tasks leave of it."""
    tasks = tasks_on(backend, instance["containerInstanceArn"])
    return {
        **told(instance),
        "remainingResources": remaining(instance["registeredResources"], [each["local"]["needs"] for each in tasks]),
        "runningTasksCount": sum(each["lastStatus"] == "RUNNING" for each in tasks),
        "pendingTasksCount": sum(map(is_pending, tasks)),
    }


def change(backend: BaseBackend, instance: Record, **fields: Any) -> bool:
    """Changes fields of an instance, and tells EventBridge of it. Says whether anything is new."""
    if all(instance.get(name) == value for name, value in fields.items()):
        return False
    touch(backend, INSTANCES)
    instance.update(fields)
    instance["version"] += 1
    detail = {**described(backend, instance), "clusterArn": instance["local"]["clusterArn"], "updatedAt": moment()}
    events.emit(backend, events.INSTANCE, [instance["containerInstanceArn"]], detail)
    return True


def end(backend: BaseBackend, instance: Record, reason: str) -> None:
    """Deregisters an instance. Its tasks are STOPPED in ECS's eyes."""
    for task in tasks_on(backend, instance["containerInstanceArn"]):
        task_records.finish(backend, task, reason, "TerminationNotice")
    change(backend, instance, status="INACTIVE", agentConnected=False)
    instance["local"]["endedAt"] = moment()


def _find(call: Call, cluster: Cluster, name: str) -> Record:
    wanted = last_part(name)
    found = {last_part(each["containerInstanceArn"]): each for each in instances_in(call.backend, cluster.arn)}
    if wanted not in found:
        raise ApiError("InvalidParameterException", "Referenced container instance not found.")
    return found[wanted]


def _target(call: Call, given: dict[str, Any]) -> Record:
    cluster = cluster_of(call)
    name = given.get("targetId") or ""
    try:
        return _find(call, cluster, name)
    except ApiError:
        raise ApiError("TargetNotFoundException", f"Could not find {name}") from None


def _query(expression: str | None) -> query_language.Test:
    try:
        return query_language.parse(expression) if expression else lambda _instance: True
    except query_language.NoQuery as error:
        raise InvalidParameterException(str(error)) from error
