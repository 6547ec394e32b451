"""Binds moto's EC2 backend to machines, disks and images."""

from local_aws.host.fleet import Machines

from . import addresses, images, instances, volumes


def install(machines: Machines) -> None:
    """Makes every EC2 call of this process act on `machines`: once, and before any EC2 backend comes into being."""
    addresses.install(machines)
    instances.install(machines)
    volumes.install(machines)
    images.install(machines)
