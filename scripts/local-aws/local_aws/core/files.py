"""Writes files that are whole or absent, whenever the process or the computer stops."""

import os
from pathlib import Path


def hand_over(path: Path) -> None:
    """Gives a path that root made to the owner of this program, whose own commands read it."""
    if os.geteuid() == 0:
        program = os.stat(__file__)
        os.chown(path, program.st_uid, program.st_gid)


def write_whole(file: Path, content: bytes) -> None:
    """Replaces a file, and returns when the new content has reached the disk. The owner alone can read it.

    A reader sees the old content or the new.
    """
    temporary = file.with_name(file.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
    except OSError:
        # Half a file would take space on a disk that is full.
        temporary.unlink(missing_ok=True)
        raise
    temporary.replace(file)
    # The folder contains the new name, and has to reach the disk too.
    sync(file.parent)


def sync(path: Path) -> None:
    """Returns when the content of a file, or the names in a folder, have reached the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
