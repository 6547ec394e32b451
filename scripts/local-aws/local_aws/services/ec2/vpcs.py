"""VPCs. moto deletes one that is in use, and leaves its network ACL."""

from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPC, VPCBackend

from local_aws.core.operations import correction


def install() -> None:
    """Deletes a VPC as EC2 does."""
    correction(VPCBackend, "delete_vpc")(delete_vpc)


def delete_vpc(original: Any, backend: EC2Backend, vpc_id: str) -> VPC:
    """Refuses while something is in the VPC. Otherwise deletes its network ACL, too."""
    if any(_users_of(backend, vpc_id)):
        raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    vpc = original(backend, vpc_id)
    for acl in [each for each in backend.network_acls.values() if each.vpc_id == vpc_id]:
        del backend.network_acls[acl.id]
    return vpc


def _users_of(backend: EC2Backend, vpc_id: str) -> Iterator[Any]:
    yield from (each for each in backend.internet_gateways.values() if each.vpc and each.vpc.id == vpc_id)
    yield from (each for each in backend.enis.values() if each.subnet.vpc_id == vpc_id)
    yield from (each for each in backend.vpc_end_points.values() if each.vpc_id == vpc_id)
    yield from (each for each in backend.groups[vpc_id].values() if not each.is_default)
