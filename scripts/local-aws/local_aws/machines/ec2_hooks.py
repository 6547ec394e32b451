"""Binds moto's EC2 backend to machines, disks and images."""

from . import hooks_addresses, hooks_images, hooks_instances, hooks_volumes
from .fleet import Machines


def install(machines: Machines) -> None:
    """Makes every EC2 call of this process act on `machines`: once, and before any EC2 backend comes into being."""
    hooks_addresses.install(machines)
    hooks_instances.install(machines)
    hooks_volumes.install(machines)
    hooks_images.install(machines)
