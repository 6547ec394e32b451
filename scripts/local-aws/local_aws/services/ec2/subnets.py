"""Subnets. moto deletes one that is in use, and leaves it in the list of its network ACL."""

from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import Subnet, SubnetBackend

from local_aws.core.operations import correction


def install() -> None:
    """Deletes a subnet as EC2 does."""
    correction(SubnetBackend, "delete_subnet")(delete_subnet)


def delete_subnet(original: Any, backend: EC2Backend, subnet_id: str) -> Subnet:
    """Refuses while a network interface is in the subnet: of a machine, an endpoint, a gateway."""
    if any(each.subnet.id == subnet_id for each in backend.enis.values()):
        raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
    subnet = original(backend, subnet_id)
    for acl in backend.network_acls.values():
        for association_id in [key for key, each in acl._associations.items() if each.subnet_id == subnet_id]:
            del acl._associations[association_id]
    return subnet
