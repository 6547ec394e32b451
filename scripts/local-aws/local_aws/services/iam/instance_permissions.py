"""What roles may do, read from their policies: for what AWS's own agents on a machine do with the machine's role.

Attached and inline policies count. Conditions and boundaries are not evaluated.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition


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
    document = role.assume_role_policy_document or '{"Statement": []}'
    return any(
        statement["Effect"] == "Allow" and service in _listed(_principal(statement))
        for statement in _statements(document)
    )


def _effects(role: Any, action: str, resource: str | None) -> Iterator[str]:
    documents = [*role.policies.values()]
    for policy in role.managed_policies.values():
        documents += [version.document for version in policy.versions if version.is_default_version]
    for document in documents:
        for statement in _statements(document):
            if _concerns(statement, action) and (resource is None or _is_about(statement, resource)):
                yield statement["Effect"]


def _statements(document: str | dict[str, Any]) -> list[dict[str, Any]]:
    statements = (json.loads(document) if isinstance(document, str) else document)["Statement"]
    return [statements] if isinstance(statements, dict) else statements


def _concerns(statement: dict[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _names(statement["NotAction"], action.lower(), lower=True)
    return _names(statement.get("Action", []), action.lower(), lower=True)


def _is_about(statement: dict[str, Any], resource: str) -> bool:
    if "NotResource" in statement:
        return not _names(statement["NotResource"], resource)
    return _names(statement.get("Resource", []), resource)


def _names(patterns: str | list[str], name: str, *, lower: bool = False) -> bool:
    return any(_matches(each.lower() if lower else each, name) for each in _listed(patterns))


def _matches(pattern: str, name: str) -> bool:
    words = {"*": ".*", "?": "."}
    return re.fullmatch("".join(words.get(each, re.escape(each)) for each in pattern), name, re.DOTALL) is not None


def _principal(statement: dict[str, Any]) -> str | list[str]:
    principal = statement.get("Principal", {})
    return principal.get("Service", []) if isinstance(principal, dict) else []


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
