"""Addresses: moto gives out those of the local AWS's network, and an elastic one is on a machine's interface."""

from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

from moto.ec2.models import EC2Backend, elastic_ip_addresses, elastic_network_interfaces
from moto.ec2.models.subnets import Subnet

from local_aws.core.operations import ApiError, correction
from local_aws.host.addresses import pick_private

from . import view
from .errors import told_as
from .instance_machines import InstanceMachines

Original = Callable[..., Any]


def install(machines: InstanceMachines) -> None:
    """Makes addresses real."""
    _install_allocation(machines)

    @correction(EC2Backend, "allocate_address")
    def allocate_address(
        original: Original, self: Any, domain: str, address: str | None = None, *args: Any, **keywords: Any
    ) -> Any:
        if address and not view.in_network(address, machines.fleet.plan.public):
            raise ApiError(
                "InvalidAddress.NotFound",
                f"{address} is not an address of this local AWS ({machines.fleet.plan.public})",
            )
        return original(self, domain, address, *args, **keywords)

    @correction(EC2Backend, "associate_address")
    def associate_address(
        original: Original, self: Any, instance: Any = None, eni: Any = None, address: str | None = None,
        allocation_id: str | None = None, reassociate: bool = False,
    ) -> Any:  # fmt: skip
        elastic = _elastic(self, address, allocation_id)
        before = elastic.eni if elastic else None
        target = eni or (instance.nics[0] if instance else None)
        associated = original(self, instance, eni, address, allocation_id, reassociate)
        if before is not None and before is not target:
            before.public_ip = None
            before.check_auto_public_ip()
            _renew(machines, before)
        # An interface has one elastic address. Its former one is free again.
        for other in self.addresses:
            if other is not associated and other.eni is associated.eni:
                other.instance = other.eni = other.association_id = None
        if associated.instance is None and associated.eni is not None:
            associated.instance = associated.eni.instance
        _renew(machines, associated.eni)
        return associated

    @correction(EC2Backend, "disassociate_address")
    def disassociate_address(
        original: Original, self: Any, address: str | None = None, association_id: str | None = None
    ) -> Any:
        found = [
            each
            for each in self.addresses
            if address == each.public_ip or (association_id and association_id == each.association_id)
        ]
        interfaces = [each.eni for each in found]
        done = original(self, address, association_id)
        for interface in interfaces:
            # Now the elastic address is gone. The machine gets a public address of its own again, as on AWS.
            if interface is not None and interface.instance is not None and interface.instance.state == "running":
                interface.check_auto_public_ip()
            _renew(machines, interface)
        return done

    for name in ("assign_private_ip_addresses", "unassign_private_ip_addresses"):
        _renew_after(name, machines)


def _install_allocation(machines: InstanceMachines) -> None:
    plan = machines.fleet.plan

    def public_address() -> str:
        with told_as("AddressLimitExceeded"):
            return plan.pick_public(machines.used_addresses())

    def private_address(cidr: str | None = None, ipv6: bool = False) -> str:
        if ipv6 or not cidr:
            return random_private_ip(cidr, ipv6)
        with told_as("InsufficientFreeAddressesInSubnet"):
            return pick_private(IPv4Network(cidr), machines.used_addresses())

    random_private_ip = elastic_network_interfaces.random_private_ip
    elastic_network_interfaces.random_private_ip = private_address
    elastic_network_interfaces.random_public_ip = public_address
    elastic_ip_addresses.random_ip = public_address

    @correction(Subnet, "get_available_subnet_ip")
    def get_available_subnet_ip(_original: Original, self: Any, instance: Any) -> str:
        # All machines hang on one bridge, so that an address must be unique in all VPCs.
        with told_as("InsufficientFreeAddressesInSubnet"):
            address = pick_private(self.cidr, machines.used_addresses() | set(self._subnet_ips))
        self._subnet_ips[address] = instance
        return address

    @correction(Subnet, "request_ip")
    def request_ip(original: Original, self: Any, ip: str, instance: Any) -> None:
        if ip in machines.used_addresses() and ip not in self._subnet_ips:
            raise ApiError("InvalidIPAddress.InUse", f"address {ip} is in use by another interface of this local AWS")
        original(self, ip, instance)

    @correction(EC2Backend, "create_default_vpc")
    def create_default_vpc(_original: Original, self: Any) -> Any:
        if self.get_default_vpc():
            return _original(self)
        vpc = self.create_vpc(cidr_block=str(plan.default_vpc), is_default=True)
        for zone in self.describe_availability_zones():
            self.create_default_subnet(zone.name)
        return vpc

    @correction(EC2Backend, "create_default_subnet")
    def create_default_subnet(original: Original, self: Any, availability_zone: str) -> Any:
        vpc, existing = self.get_default_vpc(), self.get_default_subnets()
        if vpc is None or availability_zone in existing or vpc.cidr_block != str(plan.default_vpc):
            return original(self, availability_zone)
        taken = {
            subnet.cidr_block
            for subnets in self.subnets.values()
            for subnet in subnets.values()
            if subnet.vpc_id == vpc.id
        }
        free = next(
            str(plan.default_subnet(index)) for index in range(8) if str(plan.default_subnet(index)) not in taken
        )
        return self.create_subnet(vpc_id=vpc.id, cidr_block=free, availability_zone=availability_zone)


def _renew_after(name: str, machines: InstanceMachines) -> None:
    @correction(EC2Backend, name)
    def corrected(original: Original, self: Any, *args: Any, **keywords: Any) -> Any:
        interface = original(self, *args, **keywords)
        _renew(machines, interface)
        return interface


def _renew(machines: InstanceMachines, interface: Any) -> None:
    if interface is not None and interface.instance is not None:
        with told_as("InternalError"):
            machines.renew_addresses(interface.instance)


def _elastic(backend: Any, address: str | None, allocation_id: str | None) -> Any:
    for each in backend.addresses:
        if (address and each.public_ip == address) or (allocation_id and each.allocation_id == allocation_id):
            return each
    return None
