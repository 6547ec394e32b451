"""Public addresses. moto picks them at random, and half of them are 54.214.x.x, which belong to others.

A program that connects to such an address would reach their machine, or its own host (127.x.x.x). moto also
takes the elastic address off a machine that stops.
"""

import random
from ipaddress import IPv4Network
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends, elastic_ip_addresses, elastic_network_interfaces
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import InstanceBackend

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import correction

# The internet does not route it (RFC 2544). Where machines boot, `machines.addresses` picks from their network.
NETWORK = IPv4Network("198.18.0.0/15")


def install() -> None:
    """Gives out addresses that the internet does not route, and leaves elastic addresses where they are."""
    elastic_ip_addresses.random_ip = unused_address
    elastic_network_interfaces.random_public_ip = unused_address
    correction(NetworkInterface, "stop")(keep_elastic_address)
    correction(NetworkInterface, "check_auto_public_ip")(keep_elastic_address_at_start)
    correction(InstanceBackend, "terminate_instances")(free_elastic_addresses)
    # There is one attribute, the name of an address, and none has one.
    may_be_ignored("ec2", "DescribeAddressesAttribute", "Attribute")


def unused_address() -> str:
    """Returns a public address that no region has given out."""
    used = {address.public_ip for backend in _all_backends() for address in backend.addresses}
    used |= {interface.public_ip for backend in _all_backends() for interface in backend.enis.values()}
    while True:
        address = str(NETWORK[random.randrange(1, NETWORK.num_addresses - 1)])
        if address not in used:
            return address


def keep_elastic_address(original: Any, interface: NetworkInterface) -> None:
    """Leaves an elastic address on a machine that stops. Only an address that came with the start goes."""
    if not _has_elastic_address(interface):
        original(interface)


def keep_elastic_address_at_start(original: Any, interface: NetworkInterface) -> None:
    """Gives a machine that has an elastic address no other at its start."""
    if not _has_elastic_address(interface):
        original(interface)


def free_elastic_addresses(original: Any, backend: EC2Backend, instance_ids: list[str]) -> Any:
    """Frees the elastic address of a machine that ends. One that has ended has nothing left that could end."""
    instances = backend.get_multi_instances_by_id(instance_ids)
    alive = [each.id for each in instances if each.state != "terminated"]
    result = [(each, each._state) for each in instances if each.state == "terminated"]
    if alive or not instance_ids:
        result += original(backend, alive)
    for address in backend.addresses:
        if address.association_id and address.instance_id in instance_ids:
            address.instance = address.eni = address.association_id = None
    return result


def _has_elastic_address(interface: NetworkInterface) -> bool:
    return any(address.eni is interface for address in interface.ec2_backend.addresses)


def _all_backends() -> list[EC2Backend]:
    return [backend for regions in list(ec2_backends.values()) for backend in list(regions.values())]
