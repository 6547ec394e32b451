"""What a machine sees of block devices in /sys: its own disks, under the names that it has for them.

A container sees the /sys of this host, with the disks of this host and of all machines. So it gets three folders of its
own, which `boot-machine` puts over /sys/block, /sys/class/block and /sys/dev/block. They hold links to the kernel's
folders of its disks. A tool takes the name of a disk from the link, and everything else from the kernel.
"""

import os
from pathlib import Path

# The folders below a machine's, and how their links reach /sys/devices.
BLOCK, CLASS_BLOCK, DEV_BLOCK = "block", "class-block", "dev-block"
FOLDERS = (BLOCK, CLASS_BLOCK, DEV_BLOCK)


def make_folders(view: Path) -> None:
    """Makes the folders, without any disk in them."""
    for name in FOLDERS:
        (view / name).mkdir(parents=True, exist_ok=True)
        for link in (view / name).iterdir():
            link.unlink()


def show(view: Path, name: str, device: str) -> None:
    """Shows a block device of this host as the machine's disk `name`. The machine may be off or on."""
    number = os.stat(device).st_rdev
    kernel_folder = f"devices/virtual/block/{Path(device).name}"
    _link(view / BLOCK / name, f"../{kernel_folder}")
    _link(view / CLASS_BLOCK / name, f"../../{kernel_folder}")
    # By this link, tools turn the number of a device into its name.
    _link(view / DEV_BLOCK / f"{os.major(number)}:{os.minor(number)}", f"../../block/{name}")


def hide(view: Path, name: str) -> None:
    """Takes the disk `name` out of the view."""
    for folder in (BLOCK, CLASS_BLOCK):
        (view / folder / name).unlink(missing_ok=True)
    for link in (view / DEV_BLOCK).iterdir():
        if os.readlink(link) == f"../../block/{name}":
            link.unlink(missing_ok=True)


def _link(link: Path, target: str) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)
