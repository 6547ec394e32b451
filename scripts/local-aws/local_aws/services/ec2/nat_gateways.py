"""NAT gateways. moto keeps the network interface and the address of one that is deleted."""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend

from local_aws.core.operations import correction


def install() -> None:
    """Frees what a deleted gateway had."""
    correction(NatGatewayBackend, "delete_nat_gateway")(delete_nat_gateway)


def delete_nat_gateway(original: Any, backend: EC2Backend, nat_gateway_id: str) -> NatGateway:
    """Frees the elastic address, and deletes the network interface."""
    gateway = original(backend, nat_gateway_id)
    for address in backend.addresses:
        if address.eni is gateway._eni:
            address.instance = address.eni = address.association_id = None
    backend.enis.pop(gateway._eni.id, None)
    return gateway
