"""Refuses a snapshot to a role whose policies do not allow it, as to a machine that has lost the permission.

Conditions and boundaries are not evaluated. Tags of the snapshot take `ec2:CreateTags`, as on AWS.
"""

from typing import Any

from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from moto.sts.models import AssumedRole, sts_backends

from local_aws.core.operations import ApiError, correction
from local_aws.services.iam.instance_permissions import allows, role_by_arn


def install() -> None:
    """Makes CreateSnapshot look at the role of its caller."""
    correction(ElasticBlockStore, "create_snapshot")(refuse_without_permission)


def refuse_without_permission(original: Any, response: ElasticBlockStore) -> Any:
    """Refuses what the role does not allow. Callers without a role, such as the user's own, may do everything."""
    session = _session_of(response.access_key)
    if session:
        account, region = session.account_id, response.region
        arn = f"arn:{session.partition}:ec2:{region}"
        _require(session, "ec2:CreateSnapshot", f"{arn}:{account}:volume/{response._get_param('VolumeId')}")
        _require(session, "ec2:CreateSnapshot", f"{arn}::snapshot/*")
        if response._parse_tag_specification().get("snapshot"):
            _require(session, "ec2:CreateTags", f"{arn}::snapshot/*")
    return original(response)


def _require(session: AssumedRole, action: str, resource: str) -> None:
    role = role_by_arn(session.role_arn, session.region_name)
    if role is None or not allows([role], action, resource):
        raise ApiError(
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. User: {session.arn} is not authorized to perform: "
            f"{action} on resource: {resource} because no identity-based policy allows the {action} action",
        )


def _session_of(key: str) -> AssumedRole | None:
    backends = [backend for partitions in list(sts_backends.values()) for backend in list(partitions.values())]
    return next((found for backend in backends if (found := backend.get_assumed_role_from_access_key(key))), None)
