"""Disks of containers: loop devices over the files of volumes."""

import contextlib
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ..commands import MachineError, run
from .processes import holders_of, is_claimed, mount_points_of
from .standstill import Standstill
from .waiting import wait_until

# Programs that list disks, such as `losetup --list`, have each of them open for a moment.
PASSING_LIMIT_SEC = 5


class LoopDisks:
    """The loop devices of this host. The kernel holds all their state; memory holds who copies a disk."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By file: a disk may get another device.
        self._standstills: dict[Path, Standstill] = defaultdict(Standstill)

    def connect(self, file: Path) -> str:
        """Puts a file behind a loop device, and returns its path."""
        return self.device(file) or run("losetup", "--find", "--show", "--nooverlap", file).strip()

    def disconnect(self, file: Path) -> None:
        """Flushes a disk and removes its loop device. Raises MachineError when something still uses it."""
        device = self.device(file)
        if not device:
            return
        flush(device)
        run("losetup", "--detach", device)
        # The kernel answers at once, and keeps the device while anybody has it open.
        if not wait_until(lambda: self.device(file) is None, PASSING_LIMIT_SEC):
            raise MachineError(f"volume {file.name} is still in use on {device}: end what uses it first")

    def device(self, file: Path) -> str | None:
        """Returns the loop device of a file, if it has one now."""
        wanted = str(file.resolve())
        return next((device for device, backing in loop_devices() if backing == wanted), None)

    def users(self, file: Path) -> list[str]:
        """Returns what keeps a disk busy, in words, mounts first. Empty: it can be disconnected."""
        device = self.device(file)
        if not device:
            return []
        number = os.stat(device).st_rdev
        users = [f"mounted at {point}" for point in mount_points_of(number)]
        users += [f"in use by {holder}" for holder in holders_of(number)]
        return users or (["in use by the kernel, perhaps as swap space"] if is_claimed(device) else [])

    def lasting_users(self, file: Path) -> list[str]:
        """As `users`, after waiting for those that end within moments."""
        users: list[str] = []

        def is_idle() -> bool:
            users[:] = self.users(file)
            return not users

        wait_until(is_idle, PASSING_LIMIT_SEC)
        return users

    @contextlib.contextmanager
    def standing_still(self, file: Path) -> Iterator[None]:
        """Flushes a disk, and freezes its file system if one is mounted. Thaws it when the last of all copies ends.

        A program may use a disk without a file system. Then the file has what it wrote so far, as on AWS.
        """
        device = self.device(file)
        if not device:
            yield
            return
        with self._lock:
            standstill = self._standstills[file.resolve()]
        with standstill.during_copy(device):
            flush(device)
            yield

    def is_copied(self, file: Path) -> bool:
        """Says whether a copy of a disk is under way, for which its file system stands still."""
        return self._standstills[file.resolve()].is_needed

    def grown(self, file: Path) -> None:
        """Gives a disk the size of its file. The machine sees it at once."""
        device = self.device(file)
        if device:
            run("losetup", "--set-capacity", device)


def loop_devices() -> Iterator[tuple[str, str]]:
    """Yields every loop device in use, with the path of its file."""
    for link in Path("/sys/block").glob("loop*/loop/backing_file"):
        with contextlib.suppress(OSError):
            yield f"/dev/{link.parent.parent.name}", link.read_text().rstrip("\n").removesuffix(" (deleted)")


def flush(device: str) -> None:
    """Writes everything that the kernel still holds for a block device to its file."""
    descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
