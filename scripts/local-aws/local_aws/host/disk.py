"""Volumes as disks: a sparse file each, which a machine has as a disk. Snapshots are copies."""

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

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

    A volume gets its file when a machine first has it, or from a snapshot. Without a file it is blank.
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
        return file

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
        file = self.file(volume_id)
        if not file.exists():
            return lambda: None
        self._require_space_for(file)
        still = contextlib.ExitStack()
        still.enter_context(self._access.standing_still(file))

        def copy() -> None:
            with still:
                self._copy(file, self.snapshot_file(snapshot_id))

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
        needed, free = source.stat().st_blocks * 512, shutil.disk_usage(self._folders.home).free
        if needed > free:
            raise _no_space_for_copy(source, self._folders.snapshots)

    def _copy(self, source: Path, target: Path) -> None:
        temporary = target.with_name(target.name + PARTIAL)
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
