"""What is on a volume: nothing, the bytes of a snapshot, or a root disk. A file that is missing says none of that.

A volume is `creating` until its bytes and the record of it are on the disk.
"""

from collections.abc import Callable, Iterable
from typing import Any

from moto.ec2.models.elastic_block_store import Volume

from local_aws.core.background import background
from local_aws.core.errors import LocalAwsError
from local_aws.host.commands import MachineError
from local_aws.host.disk import Disks

from . import view

POLL_SEC = 0.05
# The attribute of a snapshot of a volume that no machine has had: it has no file. A lost file is something else.
BLANK_SNAPSHOT = "local_aws_blank"
# The attributes of a volume. It has a state while it is no disk, and a problem when it cannot become one.
STATE, PROBLEM = "local_aws_state", "local_aws_problem"
# What is on the volume. Without the attribute it is blank, if it is from no snapshot. A machine has written on what is
# its own.
CONTENT = "local_aws_content"
BLANK, COPY, OWN, ROOT = "blank", "copy", "own", "root"


def install() -> None:
    """Makes a volume tell whether it is a disk yet."""
    status = Volume.status.fget

    def status_while_made(volume: Volume) -> str:
        return vars(volume).get(STATE) or status(volume)

    Volume.status = property(status_while_made)


def begin(disks: Disks, volume: Any) -> Callable[[], None]:
    """Opens the snapshot of a new volume. Returns what makes the volume from it.

    Raises MachineError when the snapshot has no bytes here.
    """
    snapshot = volume.ec2_backend.snapshots.get(volume.snapshot_id)
    # The snapshot of a volume that is begun again may be gone.
    blank = content_of(volume) == BLANK or is_blank_snapshot(snapshot)
    setattr(volume, CONTENT, BLANK if blank else COPY)
    return (lambda: None) if blank else disks.begin_restore(volume.id, volume.snapshot_id, int(volume.size))


def make(disks: Disks, volume: Any, restore: Callable[[], None]) -> None:
    """Makes a new volume in the background, with what `begin` returned."""
    setattr(volume, STATE, "creating")

    def work() -> None:
        restore()
        background.wait_until_saved()

    def made(problem: LocalAwsError | None) -> None:
        if problem:
            _fail(volume, problem)
        else:
            delattr(volume, STATE)
        if volume.id not in volume.ec2_backend.volumes:
            # Its instance was terminated meanwhile, and it with it.
            disks.delete(volume.id)

    background.start(work, made)


def make_disks_of(disks: Disks, instance: Any) -> None:
    """Makes the disks of a new instance that come from snapshots. One that cannot be made is in `error`."""
    for device, block in instance.get_block_device_mapping:
        volume = instance.ec2_backend.get_volume(block.volume_id)
        if device == instance.root_device_name:
            setattr(volume, CONTENT, ROOT)
        elif volume.snapshot_id:
            _make_or_fail(disks, volume)


def wait_until_made(disks: Disks, volumes: Iterable[Any], wanted: Callable[[], bool]) -> None:
    """Returns when volumes are disks that a machine may have. Call it in the background.

    Raises MachineError when one cannot be, or when they are not `wanted` any more.
    """
    for volume in volumes:
        while volume.status == "creating":
            if not wanted():
                raise MachineError(f"volume {volume.id} is not wanted any more")
            background.pause(POLL_SEC)
        require_disk(disks, volume)


def require_disk(disks: Disks, volume: Any) -> None:
    """Raises MachineError for a volume that is neither blank nor has its bytes here.

    A machine would get a blank disk. A volume of an instance that is being made has no content yet, and passes.
    """
    problem, content, file = vars(volume).get(PROBLEM), content_of(volume), disks.file(volume.id)
    if problem:
        raise MachineError(f"volume {volume.id} could not be made: {problem}")
    if content in (COPY, OWN, ROOT) and not file.exists():
        why = "a root disk is layers of files" if content == ROOT else f"its file is not at {file}"
        raise MachineError(f"volume {volume.id} has no bytes on this computer: {why}")


def note_used(volumes: Iterable[Any]) -> None:
    """Notes that a machine has volumes. From now on, a file that is missing is lost."""
    for volume in volumes:
        if content_of(volume) == BLANK:
            setattr(volume, CONTENT, OWN)


def content_of(volume: Any) -> str | None:
    """Returns what is on a volume. None: it is from a snapshot, and nobody has looked at that yet."""
    return vars(volume).get(CONTENT, None if volume.snapshot_id else BLANK)


def awaited_snapshots() -> set[str]:
    """Returns the ids of the snapshots that volumes are being made from. Some may be deleted."""
    volumes = [volume for backend in view.all_backends() for volume in list(backend.volumes.values())]
    return {each.snapshot_id for each in volumes if each.snapshot_id and vars(each).get(STATE) == "creating"}


def is_last_copy(snapshot_id: str) -> bool:
    """Says whether a volume could not be made from a snapshot, so that its bytes may be nowhere else."""
    volumes = [volume for backend in view.all_backends() for volume in list(backend.volumes.values())]
    return any(each.snapshot_id == snapshot_id and PROBLEM in vars(each) for each in volumes)


def is_blank_snapshot(snapshot: Any) -> bool:
    """Says whether a snapshot is of a volume that was blank. None, or a snapshot without its file, is not."""
    return bool(getattr(snapshot, BLANK_SNAPSHOT, False))


def resume(disks: Disks) -> None:
    """Makes the volumes that were being made when the last server ended, and finds out what is on those of an older."""
    for backend in view.all_backends():
        for volume in list(backend.volumes.values()):
            whole = disks.file(volume.id).exists()
            if CONTENT not in vars(volume):
                _find_out(volume, whole)
            state = vars(volume).get(STATE)
            if state == "creating" and whole:
                # A copy gets its name when it is whole. A machine may have written to the volume since.
                delattr(volume, STATE)
            elif state == "creating" or (state is None and content_of(volume) is None):
                _make_or_fail(disks, volume)


def _find_out(volume: Any, whole: bool) -> None:
    attachment = volume.attachment
    if attachment and attachment.device == attachment.instance.root_device_name:
        setattr(volume, CONTENT, ROOT)
    elif volume.snapshot_id and whole:
        setattr(volume, CONTENT, COPY)


def _make_or_fail(disks: Disks, volume: Any) -> None:
    try:
        restore = begin(disks, volume)
    except LocalAwsError as problem:
        _fail(volume, problem)
    else:
        make(disks, volume, restore)


def _fail(volume: Any, problem: LocalAwsError) -> None:
    setattr(volume, STATE, "error")
    setattr(volume, PROBLEM, str(problem))
