"""Internet gateways. moto detaches one from a VPC with public addresses, which needs it."""

from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend
from moto.ec2.models.internet_gateways import InternetGatewayBackend

from local_aws.core.operations import correction


def install() -> None:
    """Detaches a gateway as EC2 does."""
    correction(InternetGatewayBackend, "detach_internet_gateway")(detach_internet_gateway)


def detach_internet_gateway(original: Any, backend: EC2Backend, internet_gateway_id: str, vpc_id: str) -> None:
    """Refuses while something in the VPC has a public address."""
    if any(each.public_ip and each.subnet.vpc_id == vpc_id for each in backend.enis.values()):
        raise DependencyViolationError(
            f"Network {vpc_id} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway."
        )
    original(backend, internet_gateway_id, vpc_id)
