"""Task definitions: moto's, with what AWS checks, and with a refusal of what no container here would have."""

from typing import Any

from moto.core.utils import utcnow
from moto.ecs.exceptions import EcsClientException, TaskDefinitionNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import Call, correction, operation

from . import task_definition_rules as rules

_FIELDS = {
    "family": "family", "revision": "revision", "taskRoleArn": "task_role_arn",
    "executionRoleArn": "execution_role_arn", "networkMode": "network_mode",
    "containerDefinitions": "container_definitions",     "volumes": "volumes", "cpu": "cpu",
    "placementConstraints": "placement_constraints", "requiresCompatibilities": "requires_compatibilities",
    "memory": "memory", "pidMode": "pid_mode", "taskDefinitionArn": "arn", "tags": "tags",
}  # fmt: skip
# The arguments of moto's method after the family and the containers, under AWS's names.
_ASKED = {
    "volumes": "volumes", "network_mode": "networkMode", "placement_constraints": "placementConstraints",
    "requires_compatibilities": "requiresCompatibilities", "cpu": "cpu", "memory": "memory",
    "task_role_arn": "taskRoleArn", "execution_role_arn": "executionRoleArn",
    "proxy_configuration": "proxyConfiguration",
    "inference_accelerators": "inferenceAccelerators", "runtime_platform": "runtimePlatform", "ipc_mode": "ipcMode",
    "pid_mode": "pidMode", "ephemeral_storage": "ephemeralStorage",
}  # fmt: skip


def install() -> None:
    """Corrects moto's task definitions."""
    correction(EC2ContainerServiceBackend, "register_task_definition")(register)
    correction(EC2ContainerServiceBackend, "describe_task_definition")(describe)
    operation(EC2ContainerServiceResponse, "ListTaskDefinitions", ecs_backends)(list_arns)


def register(original: Any, backend: Any, family: str, containers: list[dict[str, Any]], **keywords: Any) -> Any:
    """Registers a task definition, unless it is invalid or asks for what is not there."""
    asked = {"family": family, "containerDefinitions": containers}
    asked |= {name: keywords[argument] for argument, name in _ASKED.items() if keywords.get(argument)}
    problem = rules.problem_of(asked)
    if problem:
        raise EcsClientException(problem)
    if not rules.is_for_fargate_alone(asked):
        # For a network of its own, a task definition need not say that it is for FARGATE. A service refuses it then.
        ignored = [each for each in rules.ignored_in(asked) if each != "networkMode awsvpc"]
        if ignored:
            raise ParameterIgnored(ignored)
    definition = original(backend, family, containers, **keywords)
    definition.registered_at = utcnow()
    return definition


def describe(original: Any, backend: EC2ContainerServiceBackend, task_definition_str: str) -> TaskDefinition:
    """Returns a task definition. A family alone means its newest ACTIVE revision, where moto takes any."""
    name = task_definition_str.rpartition("/")[2]
    if ":" in name:
        return original(backend, task_definition_str)
    active = [each for each in backend.task_definitions.get(name, {}).values() if each.status == "ACTIVE"]
    if not active:
        raise TaskDefinitionNotFoundException
    return max(active, key=lambda each: each.revision)


def list_arns(call: Call) -> dict[str, Any]:
    """Returns the ARNs of revisions, in the order of families and revisions. moto does not order them."""
    family, status = call.parameters.get("familyPrefix"), call.parameters.get("status", "ACTIVE")
    found = [
        each
        for revisions in call.backend.task_definitions.values()
        for each in revisions.values()
        if family in (None, each.family) and each.status == status
    ]
    found.sort(key=lambda each: (each.family, each.revision), reverse=call.parameters.get("sort") == "DESC")
    return {"taskDefinitionArns": [each.arn for each in found]}


def usable(backend: EC2ContainerServiceBackend, name: str) -> dict[str, Any]:
    """Returns a task definition that new tasks may have, as plain data under AWS's names. Raises AWS's error."""
    definition = backend.describe_task_definition(name)
    if definition.status != "ACTIVE":
        raise EcsClientException("TaskDefinition is inactive")
    return plain(definition)


def find(backend: EC2ContainerServiceBackend, arn: str) -> dict[str, Any] | None:
    """Returns a task definition, be it active or not. None: it was deleted."""
    try:
        return plain(backend.describe_task_definition(arn))
    except TaskDefinitionNotFoundException:
        return None


def require_runs_here(definition: dict[str, Any]) -> None:
    """Raises ParameterIgnored when containers of this computer cannot be what a task definition says."""
    if rules.is_for_fargate_alone(definition):
        raise EcsClientException("Task definition does not support launch_type EC2.")
    ignored = rules.ignored_in({name: value for name, value in definition.items() if name in rules.KNOWN})
    if ignored:
        raise ParameterIgnored(ignored)


def plain(definition: TaskDefinition) -> dict[str, Any]:
    """Returns a task definition as plain data under AWS's names."""
    values = {name: getattr(definition, attribute, None) for name, attribute in _FIELDS.items()}
    return {name: value for name, value in values.items() if value is not None}
