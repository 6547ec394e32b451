"""Volumes as disks: a sparse file each, behind a loop device while a machine has it. Snapshots are copies."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from .commands import MachineError, run
from .names import Folders
from .processes import Mount, holders_of, is_claimed, mounts_of

BYTES_PER_GIB = 1024**3
# With less free space, a file system on a disk would soon fail to write what it promised.
LEAST_FREE_BYTES = 64 * 1024**2
COPY_TIMEOUT_SEC = 3600
# linux/fs.h: _IOWR('X', 119, int) and _IOWR('X', 120, int).
FIFREEZE, FITHAW = 0xC0045877, 0xC0045878


class DiskFull(MachineError):
    """This host has no space left for a disk or a snapshot."""


class Disks:
    """The disks of one home. Files and the kernel hold all their state; memory holds none.

    A volume gets its file when a machine first has it, or from a snapshot. Without a file it is blank.
    """

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def file(self, volume_id: str) -> Path:
        """Returns the file behind a volume."""
        return self._folders.disks / volume_id

    def snapshot_file(self, snapshot_id: str) -> Path:
        """Returns the file behind a snapshot."""
        return self._folders.snapshots / snapshot_id

    def restore(self, volume_id: str, snapshot_id: str, size_gib: int) -> None:
        """Makes a volume from a snapshot. A snapshot of a blank volume gives a blank one. Raises DiskFull."""
        source = self.snapshot_file(snapshot_id)
        if source.exists():
            self._copy(source, self.file(volume_id))
            os.truncate(self.file(volume_id), max(size_gib * BYTES_PER_GIB, source.stat().st_size))

    def snapshot(self, volume_id: str, snapshot_id: str) -> None:
        """Copies a volume as it is at one moment. Its file system is flushed and frozen meanwhile.

        A program may use a disk without a file system. Then the copy has what it wrote so far, as on AWS.
        Raises DiskFull.
        """
        self.begin_snapshot(volume_id, snapshot_id)()

    def begin_snapshot(self, volume_id: str, snapshot_id: str) -> Callable[[], None]:
        """Stops a volume at this moment. Returns what copies it and lets it go on: call that, or it stands still.

        Raises DiskFull when a copy would not fit.
        """
        if not self.file(volume_id).exists():
            return lambda: None
        self._require_space_for(self.file(volume_id))
        device = self.device(volume_id)
        still = contextlib.ExitStack()
        if device:
            still.enter_context(standing_still(device))

        def copy() -> None:
            with still:
                self._copy(self.file(volume_id), self.snapshot_file(snapshot_id))

        return copy

    def copy_snapshot(self, source_id: str, snapshot_id: str) -> None:
        """Makes a second snapshot with the content of another. Raises DiskFull."""
        if self.snapshot_file(source_id).exists():
            self._copy(self.snapshot_file(source_id), self.snapshot_file(snapshot_id))

    def delete(self, volume_id: str) -> None:
        """Removes a volume's file."""
        self.file(volume_id).unlink(missing_ok=True)

    def delete_snapshot(self, snapshot_id: str) -> None:
        """Removes a snapshot's file."""
        self.snapshot_file(snapshot_id).unlink(missing_ok=True)

    def grow(self, volume_id: str, size_gib: int) -> None:
        """Gives a volume a larger size. The machine that has it sees the size at once."""
        if self.file(volume_id).exists():
            os.truncate(self.file(volume_id), size_gib * BYTES_PER_GIB)
            device = self.device(volume_id)
            if device:
                run("losetup", "--set-capacity", device)

    def connect(self, volume_id: str, size_gib: int) -> str:
        """Puts a volume behind a loop device, and returns its path. Raises DiskFull."""
        self.require_space()
        file = self.file(volume_id)
        if not file.exists():
            file.touch(mode=0o600)
            os.truncate(file, size_gib * BYTES_PER_GIB)
        return self.device(volume_id) or run("losetup", "--find", "--show", "--nooverlap", file).strip()

    def disconnect(self, volume_id: str) -> None:
        """Flushes a volume and removes its loop device. Raises MachineError when something still uses it."""
        device = self.device(volume_id)
        if not device:
            return
        flush(device)
        run("losetup", "--detach", device)
        # The kernel answers at once, and keeps the device while anybody has it open.
        if self.device(volume_id):
            raise MachineError(f"volume {volume_id} is still in use on {device}: end what uses it first")

    def device(self, volume_id: str) -> str | None:
        """Returns the loop device of a volume, if it has one now."""
        wanted = str(self.file(volume_id).resolve())
        return next((device for device, file in loop_devices() if file == wanted), None)

    def users(self, volume_id: str) -> list[str]:
        """Returns what keeps a volume busy, in words, mounts first. Empty: it can be disconnected."""
        device = self.device(volume_id)
        if not device:
            return []
        number = os.stat(device).st_rdev
        users = [f"mounted at {mount.point}" for mount in mounts_of(number)]
        users += [f"in use by {holder}" for holder in holders_of(number)]
        return users or (["in use by the kernel, perhaps as swap space"] if is_claimed(device) else [])

    def require_space(self) -> None:
        """Raises DiskFull when this host's file system is almost full."""
        free = shutil.disk_usage(self._folders.home).free
        if free < LEAST_FREE_BYTES:
            raise DiskFull(
                f"{self._folders.home} has {free // 1024**2} MiB of disk space left, and machines and disks need "
                f"{LEAST_FREE_BYTES // 1024**2} MiB to start with: free some space on this host"
            )

    def _require_space_for(self, source: Path) -> None:
        needed, free = source.stat().st_blocks * 512, shutil.disk_usage(self._folders.home).free
        if needed > free:
            raise _no_space_for_copy(source, self._folders.snapshots)

    def _copy(self, source: Path, target: Path) -> None:
        temporary = target.with_name(f"{target.name}.partial")
        try:
            run("cp", "--sparse=always", "--reflink=auto", source, temporary, timeout_sec=COPY_TIMEOUT_SEC)
            temporary.rename(target)
        except MachineError as error:
            temporary.unlink(missing_ok=True)
            if "No space left" not in str(error):
                raise
            raise _no_space_for_copy(source, target.parent) from None


def _no_space_for_copy(source: Path, folder: Path) -> DiskFull:
    needed = source.stat().st_blocks * 512 // 1024**2
    return DiskFull(f"no disk space on this host for a copy of {source.name}, {needed} MiB: free some at {folder}")


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


@contextlib.contextmanager
def standing_still(device: str) -> Iterator[None]:
    """Flushes a device, and freezes its file system if one is mounted. Thaws it at the end."""
    attempts = map(_freeze, mounts_of(os.stat(device).st_rdev))
    frozen = next((descriptor for descriptor in attempts if descriptor is not None), None)
    try:
        flush(device)
        yield
    finally:
        if frozen is not None:
            fcntl.ioctl(frozen, FITHAW, 0)
            os.close(frozen)


def _freeze(mount: Mount) -> int | None:
    try:
        descriptor = os.open(mount.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # it is a bind mount of a file, or went meanwhile
        return None
    try:
        fcntl.ioctl(descriptor, FIFREEZE, 0)
    except OSError:  # it cannot be frozen, or somebody froze it already
        os.close(descriptor)
        return None
    return descriptor


def thaw(device: str) -> None:
    """Thaws a file system that a killed server left frozen. SIGKILL does not end processes that wait for it."""
    for mount in mounts_of(os.stat(device).st_rdev):
        # Mostly EINVAL: it was not frozen.
        with contextlib.suppress(OSError), open_folder(mount.path) as folder:
            fcntl.ioctl(folder, FITHAW, 0)


@contextlib.contextmanager
def open_folder(path: str) -> Iterator[int]:
    """Opens a folder, and closes it at the end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
