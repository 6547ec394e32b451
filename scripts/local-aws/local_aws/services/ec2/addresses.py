"""Public addresses, which moto picks at random: half of them 54.214.x.x, which is somebody's.

Without this a program that reaches out to such an address reaches a stranger's machine, or its own host (127.x.x.x).
And moto takes an elastic address off a machine that stops.
"""

import random
from ipaddress import IPv4Network
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends, elastic_ip_addresses, elastic_network_interfaces
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import InstanceBackend

from local_aws.core.operations import correction

# Never routed on the internet (RFC 2544). Machines, where there are any, replace this choice by their own network.
NETWORK = IPv4Network("198.18.0.0/15")


def unused_address() -> str:
    """A public address that no region has given out."""
    used = {address.public_ip for backend in _all_backends() for address in backend.addresses}
    used |= {interface.public_ip for backend in _all_backends() for interface in backend.enis.values()}
    while True:
        address = str(NETWORK[random.randrange(1, NETWORK.num_addresses - 1)])
        if address not in used:
            return address


@correction(NetworkInterface, "stop")
def keep_elastic_address(original: Any, interface: NetworkInterface) -> None:
    """An elastic address stays on a machine that is off; only one given at start goes."""
    if not _has_elastic_address(interface):
        original(interface)


@correction(NetworkInterface, "check_auto_public_ip")
def keep_elastic_address_at_start(original: Any, interface: NetworkInterface) -> None:
    """A machine that has an elastic address gets no other when it starts."""
    if not _has_elastic_address(interface):
        original(interface)


@correction(InstanceBackend, "terminate_instances")
def free_elastic_addresses(original: Any, backend: EC2Backend, instance_ids: list[str]) -> Any:
    """The elastic address of a machine that ends is free for another one."""
    result = original(backend, instance_ids)
    for address in backend.addresses:
        if address.association_id and address.instance_id in instance_ids:
            address.instance = address.eni = address.association_id = None
    return result


def _has_elastic_address(interface: NetworkInterface) -> bool:
    return any(address.eni is interface for address in interface.ec2_backend.addresses)


def _all_backends() -> list[EC2Backend]:
    return [backend for regions in list(ec2_backends.values()) for backend in list(regions.values())]


elastic_ip_addresses.random_ip = unused_address
elastic_network_interfaces.random_public_ip = unused_address
