"""The device nodes of a disk in a machine: /dev/nvme1n1, and the by-id name of AWS's Nitro disks."""

import contextlib
import os
import stat
from pathlib import Path

# Debian's group `disk`.
DISK_GROUP = 6
MODE = stat.S_IFBLK | 0o660


def nvme_name(slot: int) -> str:
    """Returns the name of a machine's disk."""
    return f"nvme{slot}n1"


def by_id_name(volume_id: str) -> str:
    """Returns the name below /dev/disk/by-id: it has the volume id without its dash."""
    return f"nvme-Amazon_Elastic_Block_Store_{volume_id.replace('-', '')}"


def make_by_id(folder: Path, volume_id: str, device: str) -> None:
    """Makes the by-id node in the folder that the machine sees as /dev/disk/by-id. It may be off."""
    _make(folder / by_id_name(volume_id), device)


def remove_by_id(folder: Path, volume_id: str) -> None:
    """Removes the by-id node."""
    (folder / by_id_name(volume_id)).unlink(missing_ok=True)


def make_nvme(leader: int, slot: int, device: str) -> None:
    """Makes /dev/nvme<slot>n1 in a running machine. Every boot makes a new /dev."""
    _make(_dev(leader) / nvme_name(slot), device)


def remove_nvme(leader: int, slot: int) -> None:
    """Removes /dev/nvme<slot>n1 from a running machine."""
    with contextlib.suppress(OSError):
        (_dev(leader) / nvme_name(slot)).unlink()


def _dev(leader: int) -> Path:
    return Path(f"/proc/{leader}/root/dev")


def _make(node: Path, device: str) -> None:
    number = os.stat(device).st_rdev
    node.unlink(missing_ok=True)
    os.mknod(node, MODE, number)
    os.chmod(node, stat.S_IMODE(MODE))
    os.chown(node, 0, DISK_GROUP)
