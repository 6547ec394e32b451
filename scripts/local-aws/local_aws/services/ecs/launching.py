"""Puts a task on a container instance. Whoever calls this may change the state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.ec2.models import ec2_backends

from local_aws.services.iam.instance_permissions import role_by_arn, trusts

from . import task_records
from .container_instances import described
from .placement import Candidate, Choice, Wish, choose
from .records import Record, instances_in, tasks_on
from .resources import needs_of

ASSUMED_BY = "ecs-tasks.amazonaws.com"
TASK_ROLE, AWSLOGS = "com.amazonaws.ecs.capability.task-iam-role", "com.amazonaws.ecs.capability.logging-driver.awslogs"
_GROUP_TAG = "aws:autoscaling:groupName"


@dataclass(frozen=True)
class Order:
    """A task to be placed. `asked` is what `task_records.make` takes."""

    definition: Mapping[str, Any]
    asked: Mapping[str, Any]
    constraints: Sequence[Mapping[str, str]] = ()
    strategy: Sequence[Mapping[str, str]] = ()
    has_managed_tags: bool = False


def launch(backend: BaseBackend, cluster_arn: str, order: Order) -> Record | Choice:
    """Makes a task on an instance that fits, or returns why none does."""
    choice = choose(wish_of(order), candidates(backend, cluster_arn, order.asked))
    if choice.instance is None:
        return choice
    instance = next(
        each
        for each in instances_in(backend, cluster_arn)
        if each["containerInstanceArn"] == choice.instance["containerInstanceArn"]
    )
    return task_records.make(backend, order.definition, instance, order.asked, has_managed_tags=order.has_managed_tags)


def wish_of(order: Order) -> Wish:
    """Returns what an order asks of its instance."""
    constraints = [*order.constraints, *(order.definition.get("placementConstraints") or [])]
    return Wish(needs_of(order.definition), constraints, order.strategy, list(_attributes(order)))


def candidates(backend: BaseBackend, cluster_arn: str, asked: Mapping[str, Any]) -> list[Candidate]:
    """Returns the instances of a cluster, or those of the groups of a capacity provider."""
    found = []
    for instance in instances_in(backend, cluster_arn):
        if not _is_of_provider(backend, instance, asked.get("capacityProviderName")):
            continue
        same = sum(each["group"] == asked.get("group") for each in tasks_on(backend, instance["containerInstanceArn"]))
        found.append(Candidate(described(backend, instance), same))
    return found


def role_problem(backend: BaseBackend, order: Order) -> str | None:
    """Says which role of a task ECS cannot assume, in its words. None: it can."""
    overrides = order.asked.get("overrides") or {}
    for name in ("taskRoleArn", "executionRoleArn"):
        arn = overrides.get(name) or order.definition.get(name)
        role = role_by_arn(arn, backend.region_name) if arn else None
        if arn and (role is None or not trusts(role, ASSUMED_BY)):
            return (
                f"ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the"
                " role being passed has the proper trust relationship and permissions and that your IAM user has"
                " permissions to pass this role."
            )
    return None


def _attributes(order: Order) -> list[str]:
    overrides = order.asked.get("overrides") or {}
    containers = order.definition["containerDefinitions"]
    needed = [TASK_ROLE] if overrides.get("taskRoleArn") or order.definition.get("taskRoleArn") else []
    drivers = {(each.get("logConfiguration") or {}).get("logDriver") for each in containers}
    return [*needed, *([AWSLOGS] if "awslogs" in drivers else [])]


def _is_of_provider(backend: Any, instance: Record, name: str | None) -> bool:
    if name is None:
        return True
    provider = backend._get_provider(name)
    if provider is None:
        return False
    group = provider.auto_scaling_group_provider["autoScalingGroupArn"].rpartition("/")[2]
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    machine = next((each for each in ec2.all_instances() if each.id == instance["ec2InstanceId"]), None)
    tags = {tag["key"]: tag["value"] for tag in machine.get_tags()} if machine else {}
    return tags.get(_GROUP_TAG) == group
