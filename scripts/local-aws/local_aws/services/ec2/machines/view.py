"""Reads from moto's EC2 what machines need."""

import base64
import binascii
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from moto.ec2.models import ec2_backends

from local_aws.host.addresses import AddressPlan, MachineAddresses

ROOT_DEVICES = ("/dev/xvda", "/dev/sda1")
GZIP_MAGIC = b"\x1f\x8b"


def all_backends() -> Iterator[Any]:
    """Yields the EC2 backend of every account and region in use."""
    for account in list(ec2_backends.values()):
        yield from list(account.values())


def all_instances() -> Iterator[Any]:
    """Yields every instance of every account and region, also terminated ones."""
    for backend in all_backends():
        yield from backend.all_instances()


def used_addresses() -> set[str]:
    """Returns every public, elastic and private address that moto has given out."""
    used: set[str | None] = set()
    for backend in all_backends():
        used.update(address.public_ip for address in list(backend.addresses))
        for interface in list(backend.enis.values()):
            used.add(interface.public_ip)
            used.update(entry.get("PrivateIpAddress") for entry in interface.private_ip_addresses)
    return {address for address in used if address}


def address_of_name(name: str) -> str | None:
    """Returns the address of the instance that has a private or public DNS name.

    Within a VPC, AWS answers a public name with the private address. The public one is reached from every VPC here.
    """
    for instance in all_instances():
        if instance.state != "terminated":
            addresses = {instance.private_dns_name: instance.private_ip, instance.public_dns_name: instance.public_ip}
            if name in addresses:
                return addresses[name]
    return None


def is_running(instance: Any) -> bool:
    """Says whether the instance's machine should be on."""
    return instance.state in ("running", "pending")


def is_root_device(instance: Any, device: str) -> bool:
    """Says whether a device of an instance is its root disk. Here that is layers, and no disk."""
    return device == instance.root_device_name or device in ROOT_DEVICES


def data_volumes_of(instance: Any) -> list[Any]:
    """Returns the volumes of an instance without its root disk, in the order of attachment."""
    mapping = instance.get_block_device_mapping
    ids = [block.volume_id for device, block in mapping if not is_root_device(instance, device)]
    return [instance.ec2_backend.get_volume(volume_id) for volume_id in ids]


def keys_of(instance: Any) -> list[str]:
    """Returns the public keys of those who may log in."""
    pair = instance.ec2_backend.key_pairs.get(instance.key_name) if instance.key_name else None
    return [pair.material_public.decode().strip()] if pair else []


def placement_of(instance: Any) -> dict[str, str]:
    """Returns zone and region of the instance, under cloud-init's names."""
    return {"availability-zone": str(instance.availability_zone), "region": instance.region_name}


def sent_user_data_of(instance: Any) -> bytes:
    """Returns the user data as the caller sent it. AWS's API encodes it once, which is undone."""
    if not instance.user_data:
        return b""
    return _decoded(str(instance.user_data).encode()) or str(instance.user_data).encode()


def user_data_of(instance: Any) -> bytes:
    """Returns the user data. Data that was encoded twice is decoded twice, as cloud-init does on AWS."""
    data = sent_user_data_of(instance)
    if data.startswith((b"#", GZIP_MAGIC, b"Content-Type", b"MIME-Version")):
        return data
    return _decoded(data) or data


def addresses_of(instance: Any, plan: AddressPlan, link_address: str) -> MachineAddresses:
    """Returns the addresses of an instance's machine.

    Its link is its private address in the network, or `link_address` when it has none there.
    """
    private, public = [], []
    for _index, interface in sorted(instance.nics.items()):
        if interface.public_ip:
            public.append(interface.public_ip)
        vpc = interface.ec2_backend.get_vpc(interface.subnet.vpc_id)
        private += [(entry["PrivateIpAddress"], vpc.cidr_block) for entry in interface.private_ip_addresses]
    own = [address for address, _vpc in private if IPv4Address(address) in plan.network]
    link = own[0] if own else link_address
    public = [address for address in public if IPv4Address(address) in plan.network]
    elsewhere = tuple((address, vpc) for address, vpc in private if IPv4Address(address) not in plan.network)
    return MachineAddresses(link, (*own[1:], *public), elsewhere)


def needs_link_address(instance: Any, plan: AddressPlan) -> bool:
    """Says whether the instance has no private address in the local AWS's network."""
    return not addresses_of(instance, plan, "").link


def in_network(address: str, network: IPv4Network) -> bool:
    """Says whether an address is in a network."""
    return IPv4Address(address) in network


def _decoded(data: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        return None
