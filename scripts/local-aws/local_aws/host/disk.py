"""Volumes as disks: a sparse file each, which a machine has as a disk. Snapshots are copies."""

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from local_aws.core.files import sync

from .commands import MachineError, run
from .driver import DiskAccess
from .names import Folders

BYTES_PER_GIB = 1024**3
# With less free space, a file system on a disk would soon fail to write what it promised.
LEAST_FREE_BYTES = 64 * 1024**2
COPY_TIMEOUT_SEC = 3600
PARTIAL = ".partial"


class DiskFull(MachineError):
    """This host has no space left for a disk or a snapshot."""


class Disks:
    """The disks of one home. Files hold all their state; memory holds none. Several threads may call it.

    A volume gets its file when a machine first has it, or from a snapshot. Whoever gives it to a machine knows that it
    is blank when it has none.
    `access` reaches the disks that machines have at the moment.
    """

    def __init__(self, folders: Folders, access: DiskAccess) -> None:
        self._folders = folders
        self._access = access

    def file(self, volume_id: str) -> Path:
        """Returns the file behind a volume."""
        return self._folders.disks / volume_id

    def snapshot_file(self, snapshot_id: str) -> Path:
        """Returns the file behind a snapshot."""
        return self._folders.snapshots / snapshot_id

    def make(self, volume_id: str, size_gib: int) -> Path:
        """Makes the file of a volume when it has none yet, and returns it. Raises DiskFull."""
        self.require_space()
        file = self.file(volume_id)
        if not file.exists():
            file.touch(mode=0o600)
            os.truncate(file, size_gib * BYTES_PER_GIB)
            sync(file)
            sync(file.parent)
        return file

    def begin_restore(self, volume_id: str, snapshot_id: str, size_gib: int) -> Callable[[], None]:
        """Opens a snapshot. Returns what makes a volume from it, also when the snapshot is deleted meanwhile.

        Raises MachineError when the snapshot has no bytes on this computer, and what it returns DiskFull.
        """
        return self._begin_copy(self.snapshot_file(snapshot_id), self.file(volume_id), size_gib * BYTES_PER_GIB)

    def snapshot(self, volume_id: str, snapshot_id: str) -> None:
        """Copies a volume as it is at one moment. Its file system is flushed and frozen meanwhile.

        A program may use a disk without a file system. Then the copy has what it wrote so far, as on AWS.
        Raises DiskFull.
        """
        self.begin_snapshot(volume_id, snapshot_id)()

    def begin_snapshot(self, volume_id: str, snapshot_id: str) -> Callable[[], None]:
        """Stops a volume at this moment. Returns what copies it and lets it go on: call that, or it stands still.

        Raises DiskFull when a copy would not fit, and MachineError when the volume has no bytes yet.
        """
        file = self.file(volume_id)
        self._require_space_for(file)
        still = contextlib.ExitStack()
        still.enter_context(self._access.standing_still(file))
        try:
            copy_file = self._begin_copy(file, self.snapshot_file(snapshot_id))
        except MachineError:
            still.close()
            raise

        def copy() -> None:
            with still:
                copy_file()

        return copy

    def begin_snapshot_copy(self, source_id: str, snapshot_id: str) -> Callable[[], None]:
        """Opens a snapshot. Returns what makes a second one with its bytes, also when the first is deleted meanwhile.

        Raises MachineError when the snapshot has no bytes on this computer, and what it returns DiskFull.
        """
        return self._begin_copy(self.snapshot_file(source_id), self.snapshot_file(snapshot_id))

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
            self._access.grown(self.file(volume_id))

    def require_space(self) -> None:
        """Raises DiskFull when this host's file system is almost full."""
        free = shutil.disk_usage(self._folders.home).free
        if free < LEAST_FREE_BYTES:
            raise DiskFull(
                f"{self._folders.home} has {free // 1024**2} MiB of disk space left, and machines and disks need "
                f"{LEAST_FREE_BYTES // 1024**2} MiB to start with: free some space on this host"
            )

    def _require_space_for(self, source: Path) -> None:
        needed, free = _used(source), shutil.disk_usage(self._folders.home).free
        if needed > free:
            raise _no_space_for_copy(source, self._folders.snapshots)

    def _begin_copy(self, source: Path, target: Path, least_bytes: int = 0) -> Callable[[], None]:
        # An open file stays readable when its name is removed.
        opened = contextlib.ExitStack()
        try:
            number = os.open(source, os.O_RDONLY)
        except FileNotFoundError:
            raise MachineError(f"{source.name} has no bytes on this computer: its file is not at {source}") from None
        except OSError as error:
            raise MachineError(f"the bytes of {source.name} cannot be read: {error}") from error
        opened.callback(os.close, number)
        size = max(least_bytes, os.fstat(number).st_size)

        def copy() -> None:
            with opened:
                _copy(Path(f"/proc/{os.getpid()}/fd/{number}"), source, target, size)

        return copy


def _copy(content: Path, source: Path, target: Path, size: int) -> None:
    temporary = target.with_name(target.name + PARTIAL)
    try:
        run("cp", "--sparse=always", "--reflink=auto", content, temporary, timeout_sec=COPY_TIMEOUT_SEC)
        # A volume may have grown meanwhile.
        os.truncate(temporary, size)
        # What has the name of a volume or of a snapshot is whole, also after a power cut.
        sync(temporary)
        temporary.rename(target)
        sync(target.parent)
    except (MachineError, OSError) as error:
        temporary.unlink(missing_ok=True)
        if "No space left" in str(error):
            raise _no_space_for_copy(source, target.parent) from None
        raise


def _used(file: Path) -> int:
    try:
        return file.stat().st_blocks * 512
    except FileNotFoundError:
        return 0


def _no_space_for_copy(source: Path, folder: Path) -> DiskFull:
    needed = _used(source) // 1024**2
    return DiskFull(f"no disk space on this host for a copy of {source.name}, {needed} MiB: free some at {folder}")
