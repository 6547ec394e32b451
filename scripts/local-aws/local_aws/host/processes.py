"""Reads processes, mounts and block devices from the kernel."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Mount:
    """One mount of a device: its mount point, and a process that sees it there."""

    pid: int
    point: str

    @property
    def path(self) -> str:
        """The path by which this process opens the mount point."""
        return f"/proc/{self.pid}/root{self.point}"


def all_pids() -> list[int]:
    """Returns every process of this host, with those of machines."""
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def command_line(pid: int) -> list[str]:
    """Returns the command line of a process. Empty: it is gone, or a thread of the kernel."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def name_of(pid: int) -> str:
    """Returns the short name of a process."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return "?"


def leader_of(nspawn_pid: int) -> int | None:
    """Returns the machine's process 1, as this host numbers it, once it is there."""
    try:
        children = (PROC / str(nspawn_pid) / "task" / str(nspawn_pid) / "children").read_text().split()
    except OSError:
        return None
    for child in children:
        try:
            status = (PROC / child / "status").read_text()
        except OSError:
            continue
        numbers = next((line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")), [])
        if len(numbers) > 1 and numbers[-1] == "1":
            return int(child)
    return None


def mounts_of(device_number: int) -> list[Mount]:
    """Returns the mounts of a block device in all mount namespaces, each mount point once."""
    wanted = f"{os.major(device_number)}:{os.minor(device_number)}"
    found: dict[str, Mount] = {}
    for pid, lines in _mount_tables():
        for line in lines:
            fields = line.split(" ")
            if len(fields) > 4 and fields[2] == wanted:
                point = _unescape(fields[4])
                found.setdefault(point, Mount(pid, point))
    return list(found.values())


def mount_points_below(folder: Path) -> list[str]:
    """Returns the mount points of this host below a folder, the last one mounted first."""
    prefix = f"{folder.resolve()}/"
    points = [_unescape(line.split(" ")[4]) for line in (PROC / "self/mountinfo").read_text().splitlines()]
    return [point for point in reversed(points) if point.startswith(prefix)]


def holders_of(device_number: int) -> list[str]:
    """Returns what keeps a block device in use beside mounts: processes, and devices that are built on it."""
    name = Path(f"/sys/dev/block/{os.major(device_number)}:{os.minor(device_number)}").resolve().name
    found = [f"device {holder.name}" for holder in Path("/sys/block", name, "holders").glob("*")]
    return found + [f"process {name_of(pid)} ({pid})" for pid in all_pids() if _has_open(pid, device_number)]


def is_claimed(device: str) -> bool:
    """Says whether the kernel itself uses a block device: for a mount, as swap, or for a device built on it."""
    try:
        os.close(os.open(device, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def _mount_tables() -> Iterator[tuple[int, list[str]]]:
    seen = set()
    for pid in all_pids():
        try:
            namespace = os.readlink(PROC / str(pid) / "ns/mnt")
            if namespace in seen:
                continue
            lines = (PROC / str(pid) / "mountinfo").read_text(errors="surrogateescape").splitlines()
        except OSError:
            continue
        seen.add(namespace)
        yield pid, lines


def _has_open(pid: int, device_number: int) -> bool:
    try:
        entries = list(os.scandir(PROC / str(pid) / "fd"))
    except OSError:
        return False
    for entry in entries:
        try:
            status = entry.stat()
        except OSError:
            continue
        if stat.S_ISBLK(status.st_mode) and status.st_rdev == device_number:
            return True
    return False


def _unescape(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
