"""Reads processes, mounts and block devices from the kernel."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ..mounts import unescape

PROC = Path("/proc")


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


def mount_points_of(device_number: int) -> list[str]:
    """Returns where a block device is mounted in any mount namespace, each mount point once."""
    return list(dict.fromkeys(point for _root, point in _mounts_of(device_number)))


def open_mounts_of(device_number: int) -> Iterator[int]:
    """Yields each folder where a block device is mounted, in all mount namespaces, as a descriptor to use meanwhile."""
    for root, point in _mounts_of(device_number):
        try:
            folder = os.open(point.lstrip("/") or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=root)
        except OSError:  # it is a bind mount of a file, or went meanwhile
            continue
        try:
            yield folder
        finally:
            os.close(folder)


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


def _mounts_of(device_number: int) -> Iterator[tuple[int, str]]:
    wanted = f"{os.major(device_number)}:{os.minor(device_number)}"
    for root, lines in _mount_tables():
        for fields in (line.split(" ") for line in lines):
            if len(fields) > 4 and fields[2] == wanted:
                yield root, unescape(fields[4])


def _mount_tables() -> Iterator[tuple[int, list[str]]]:
    """Yields the mounts as each root folder in each mount namespace sees them, with a descriptor of that folder."""
    seen = set()
    for pid in all_pids():
        # The descriptor leads to the mounts also when this process ends meanwhile.
        with contextlib.suppress(OSError), _open_root(pid) as root:
            status = os.fstat(root)
            # In one namespace, a process with a root folder of its own (sshd has one) sees only what is below that.
            view = (os.readlink(PROC / str(pid) / "ns/mnt"), status.st_dev, status.st_ino)
            if view not in seen:
                lines = (PROC / str(pid) / "mountinfo").read_text(errors="surrogateescape").splitlines()
                seen.add(view)
                yield root, lines


@contextlib.contextmanager
def _open_root(pid: int) -> Iterator[int]:
    descriptor = os.open(PROC / str(pid) / "root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


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
