"""Chooses the kind of machine. Nothing else names a kind."""

from .containers.driver import Containers
from .driver import Driver
from .names import Folders, Names


def choose_driver(folders: Folders, names: Names) -> Driver:
    """Returns the driver of new machines."""
    return Containers(folders, names)


def all_drivers(folders: Folders, names: Names) -> list[Driver]:
    """Returns every driver, for a cleaning: an earlier run may have chosen another one."""
    return [Containers(folders, names)]
