"""Copies of disks, which are made in the background: a snapshot is `pending` until its copy is on the disk."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from local_aws.core.background import background
from local_aws.core.errors import LocalAwsError
from local_aws.host.disk import Disks

from . import view
from .contents import BLANK, BLANK_SNAPSHOT, ROOT, content_of, is_blank_snapshot
from .errors import told_as


class Copies:
    """Makes the copies of one local AWS. Whoever calls it holds `background.changing`."""

    def __init__(self, disks: Disks) -> None:
        self._disks = disks
        self._later: dict[str, str] | None = None

    def copy_volume(self, backend: Any, volume_id: str, snapshot: Any) -> None:
        """Copies a volume as it is now. Takes the snapshot back when that fails at once.

        A root disk is layers: it has no file, and neither has its snapshot.
        """
        content = content_of(backend.get_volume(volume_id))
        if not self._disks.file(volume_id).exists() and (snapshot.from_ami or content in (BLANK, ROOT)):
            setattr(snapshot, BLANK_SNAPSHOT, content == BLANK and not snapshot.from_ami)
        elif self._later is not None:
            snapshot.status = "pending"
            self._later[volume_id] = snapshot.id
        else:
            try:
                with told_as("InternalError"):
                    copy = self._disks.begin_snapshot(volume_id, snapshot.id)
            except Exception:
                backend.snapshots.pop(snapshot.id, None)
                raise
            self._start(snapshot, copy)

    def copy_snapshot(self, source: Any, snapshot: Any) -> None:
        """Copies a snapshot."""
        if self._disks.snapshot_file(source.id).exists():
            self._start(snapshot, self._disks.begin_snapshot_copy(source.id, snapshot.id))
        else:
            setattr(snapshot, BLANK_SNAPSHOT, is_blank_snapshot(source))

    @contextlib.contextmanager
    def later(self) -> Iterator[dict[str, str]]:
        """Collects the copies of volumes that are asked for meanwhile, as snapshots by volume, and makes none."""
        self._later = collected = {}
        try:
            yield collected
        finally:
            self._later = None

    def resume(self) -> None:
        """Settles the snapshots whose copies were under way when the last server ended.

        The snapshot of an image's root disk has no file: `images` settles it.
        """
        for backend in view.all_backends():
            for snapshot in list(backend.snapshots.values()):
                if snapshot.status == "pending" and snapshot.from_ami not in backend.amis:
                    # A copy gets its name when it is whole.
                    whole = self._disks.snapshot_file(snapshot.id).exists()
                    snapshot.status = "completed" if whole else "error"

    def _start(self, snapshot: Any, copy: Callable[[], None]) -> None:
        snapshot.status = "pending"

        def work() -> None:
            copy()
            background.wait_until_saved()

        def copied(problem: LocalAwsError | None) -> None:
            settle(snapshot, problem)
            if snapshot.id not in snapshot.ec2_backend.snapshots:
                # It was deleted meanwhile.
                self._disks.delete_snapshot(snapshot.id)

        background.start(work, copied)


def settle(snapshot: Any, problem: LocalAwsError | None) -> None:
    """Says how a copy ended."""
    snapshot.status = "error" if problem else "completed"
    if problem:
        snapshot.state_message = str(problem)
