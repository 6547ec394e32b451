"""Joins EC2 and this computer: an instance is a machine, a volume is a disk, an image is layers."""

from ipaddress import IPv4Network
from pathlib import Path

from local_aws.host.fleet import new_fleet

from . import addresses, contents, images, instances, volumes
from .copies import Copies
from .instance_machines import InstanceMachines


def attach(home: Path, network: IPv4Network, base_image: Path) -> InstanceMachines:
    """Makes every EC2 call of this process act on machines. Call it once, before any EC2 backend exists.

    Raises LocalAwsError when machines cannot boot here.
    """
    machines = InstanceMachines(new_fleet(home, network, base_image))
    copies = Copies(machines.fleet.disks)
    machines.resumers.append(copies.resume)
    contents.install()
    # These correct other methods than one another: their order has no effect.
    for module in (addresses, instances):
        module.install(machines)
    for module in (volumes, images):
        module.install(machines, copies)
    return machines
