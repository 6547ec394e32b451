"""Real machines and real disks behind moto's EC2: instances boot, volumes are block devices, images are layers."""

import shutil
from ipaddress import IPv4Network
from pathlib import Path

from local_aws.core.errors import LocalAwsError

from . import clean_up
from .addresses import AddressPlan
from .fleet import Machines
from .names import Folders

__all__ = ["Machines", "attach", "clean_up"]

TOOLS = {
    "systemd-nspawn": "systemd-container", "ip": "iproute2", "iptables": "iptables", "losetup": "mount",
    "unshare": "util-linux",
}  # fmt: skip


def attach(home: Path, network: IPv4Network, base_image: Path) -> Machines:
    """Prepares machines for the local AWS in `home`; nothing is made before `resume`.

    Raises LocalAwsError when tools are missing, the base is none, or the network cannot be used.
    """
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    if missing:
        raise LocalAwsError(f"machines need tools that are not installed: apt-get install {' '.join(missing)}")
    if not (base_image / "usr/lib/systemd/systemd").exists():
        raise LocalAwsError(
            f"--base-image {base_image}: expected the root file system of a Debian 13; "
            "make it with base-image/build-base-image"
        )
    plan = AddressPlan(network)
    _require_same_network(home, network)
    return Machines(home, plan, base_image)


def _require_same_network(home: Path, network: IPv4Network) -> None:
    # Addresses that were given out are in the saved state: another network would not hold them.
    made_with = Folders(home).remembered_network()
    if made_with not in (None, str(network)):
        raise LocalAwsError(f"{home} was made with --network {made_with}, not {network}: give that, or another --home")
