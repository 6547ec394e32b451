"""The roles that an agent acts with, and what they may do."""

from dataclasses import dataclass
from typing import Any

from local_aws.services.iam.instance_permissions import allows, role_by_arn, roles_of_instance


class Denied(Exception):
    """What a role may not do, as AWS says it."""


@dataclass(frozen=True)
class Actor:
    """Somebody who acts with roles. `name` is the ARN that AWS names in its refusals."""

    name: str
    roles: tuple[Any, ...]

    def require(self, action: str, resource: str) -> None:
        """Raises Denied when the roles do not allow an action on a resource."""
        if not allows(self.roles, action, resource):
            raise Denied(
                f"AccessDeniedException: User: {self.name} is not authorized to perform: {action} on resource:"
                f" {resource} because no identity-based policy allows the {action} action"
            )


def of_instance(instance: Any) -> Actor:
    """Returns the instance role of a machine. Without a profile, it may do nothing."""
    roles = tuple(roles_of_instance(instance))
    return Actor(_session(roles[0], instance.id) if roles else instance.id, roles)


def of_task(arn: str | None, region: str, task_id: str) -> Actor | None:
    """Returns a role of a task, such as its execution role. None: it has none."""
    role = role_by_arn(arn, region) if arn else None
    return Actor(_session(role, task_id), (role,)) if role else None


def _session(role: Any, name: str) -> str:
    return f"arn:aws:sts::{role.arn.split(':')[4]}:assumed-role/{role.name}/{name}"
