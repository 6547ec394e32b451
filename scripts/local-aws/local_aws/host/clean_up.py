"""Finds and removes what a killed local AWS left in the kernel: machines, disks, networks, rules.

All their names derive from its folder. Nothing of another local AWS is touched.
"""

from pathlib import Path

from local_aws.core.errors import LocalAwsError

from . import firewall, forwarding
from .commands import run, succeeds
from .drivers import all_drivers
from .mounts import mount_points_below
from .names import Folders, Names


class StillMounted(LocalAwsError):
    """Something is mounted in a folder that should be deleted. The deletion would go through the mount."""


def clean_up(home: Path) -> None:
    """Removes everything that a local AWS left, except its files. It must not be running."""
    home = home.resolve()
    names = Names.of(home)
    for driver in all_drivers(Folders(home), names):
        driver.clean_up()
    remove_network(names)
    forwarding.turn_off()


def remove_network(names: Names) -> None:
    """Removes network namespaces, cables, bridge and firewall rules. The machines must be off."""
    for namespace in Path("/run/netns").glob(f"{names.namespace_prefix}*"):
        run("ip", "netns", "delete", namespace.name)
    for link in Path("/sys/class/net").glob(f"{names.cable_prefix}*"):
        succeeds("ip", "link", "delete", link.name)
    if Path("/sys/class/net", names.bridge).exists():
        run("ip", "link", "delete", names.bridge)
    firewall.remove_rules(names.rule_comment)


def leftovers(home: Path) -> list[str]:
    """Returns what the kernel has of a local AWS, a line each: nothing after an orderly end."""
    home = home.resolve()
    names = Names.of(home)
    found = [line for driver in all_drivers(Folders(home), names) for line in driver.leftovers()]
    found += [f"network namespace {path.name}" for path in Path("/run/netns").glob(f"{names.namespace_prefix}*")]
    links = (path.name for path in Path("/sys/class/net").iterdir())
    found += [f"interface {name}" for name in links if name == names.bridge or name.startswith(names.cable_prefix)]
    return found + [f"firewall rule in {rule}" for rule in firewall.remaining_rules(names.rule_comment)]


def require_nothing_mounted(folder: Path) -> None:
    """Raises StillMounted when something is mounted below a folder."""
    points = mount_points_below(folder)
    if points:
        raise StillMounted(f"{points[0]} is mounted: unmount it before {folder} is deleted")
