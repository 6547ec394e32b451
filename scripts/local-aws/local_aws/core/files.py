"""Files that are whole or not there at all, whenever the process or the machine stops."""

import os
from pathlib import Path


def hand_over(path: Path) -> None:
    """Gives what root made to the program's owner, for whom root runs it: their own commands read it."""
    if os.geteuid() == 0:
        program = os.stat(__file__)
        os.chown(path, program.st_uid, program.st_gid)


def write_whole(file: Path, content: bytes) -> None:
    """Replaces a file, which its owner alone can read, by new content that has reached the disk.

    Whoever reads meanwhile sees the old or the new.
    """
    temporary = file.with_name(file.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
    except OSError:
        # On a full disk, half a file would only take more of it.
        temporary.unlink(missing_ok=True)
        raise
    temporary.replace(file)
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    # The new name is in the folder, which has to reach the disk too.
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
