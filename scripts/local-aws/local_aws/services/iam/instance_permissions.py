"""What roles may do, read from their policies: for what AWS's own agents on a machine do with the machine's role.

Attached and inline policies count. Conditions and boundaries are not evaluated.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from local_aws.core.policies import listed, names_action, names_resource, statements_of


def roles_of_instance(instance: Any) -> list[Any]:
    """Returns the roles of an instance's profile."""
    association = instance.ec2_backend.iam_instance_profile_associations.get(instance.id)
    return list(association.iam_instance_profile.roles) if association else []


def role_by_arn(arn: str, region: str) -> Any:
    """Returns a role, or None when there is none with this ARN."""
    roles = iam_backends[arn.split(":")[4]][get_partition(region)].get_roles()
    return next((role for role in roles if role.arn == arn), None)


def allows(roles: Iterable[Any], action: str, resource: str | None = None) -> bool:
    """Says whether roles allow an action such as `ecs:Poll`. A Deny wins. Without a resource, any resource counts."""
    effects = {effect for role in roles for effect in _effects(role, action, resource)}
    return "Allow" in effects and "Deny" not in effects


def trusts(role: Any, service: str) -> bool:
    """Says whether a service such as `ecs-tasks.amazonaws.com` may assume a role."""
    return any(
        statement["Effect"] == "Allow" and service in listed(_principal(statement))
        for statement in statements_of(role.assume_role_policy_document)
    )


def _effects(role: Any, action: str, resource: str | None) -> Iterator[str]:
    documents = [*role.policies.values()]
    for policy in role.managed_policies.values():
        documents += [version.document for version in policy.versions if version.is_default_version]
    for document in documents:
        for statement in statements_of(document):
            if names_action(statement, action) and (resource is None or names_resource(statement, resource)):
                yield statement["Effect"]


def _principal(statement: dict[str, Any]) -> str | list[str]:
    principal = statement.get("Principal", {})
    return principal.get("Service", []) if isinstance(principal, dict) else []
