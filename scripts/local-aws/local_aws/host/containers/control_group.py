"""The control groups of machines: one each.

Every machine's systemd has a tree of its own. All processes of a machine can be found and ended together.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..commands import MachineError
from ..mounts import MOUNTS


def hierarchies() -> list[tuple[str, Path]]:
    """Returns the hierarchies that systemd-nspawn writes to, as kind and mount point, version 2 first."""
    found = []
    for line in MOUNTS.read_text().splitlines():
        before, after = line.split(" - ", 1)
        kind, _source, options = after.split(" ", 2)
        if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options):
            found.append((kind, Path(before.split(" ")[4])))
    return sorted(found, key=lambda entry: entry[0] != "cgroup2")


def make_group(parent: str, name: str) -> Path:
    """Makes the control group `parent`/`name`. Raises MachineError when this host has no version 2 hierarchy."""
    for kind, root in hierarchies():
        if kind == "cgroup2":
            group = root / parent / name
            group.mkdir(parents=True, exist_ok=True)
            return group
    raise MachineError(
        "no control group hierarchy of version 2 is mounted on this host: machines need one, as systemd does"
    )


def remove_group(parent: str, name: str = "") -> None:
    """Removes a control group and all below it. Those in which something runs stay."""
    for _kind, root in hierarchies():
        for folder, _folders, _files in os.walk(root / parent / name, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)


def members(parent: str, name: str = "") -> Iterator[int]:
    """Yields the processes in a control group and in all below it."""
    for kind, root in hierarchies():
        if kind != "cgroup2":
            continue
        for folder, _folders, _files in os.walk(root / parent / name):
            with contextlib.suppress(OSError):
                yield from map(int, Path(folder, "cgroup.procs").read_text().split())


def remaining_groups(parent: str) -> list[Path]:
    """Returns the folders that are left of a parent group."""
    return [root / parent for _kind, root in hierarchies() if (root / parent).exists()]
