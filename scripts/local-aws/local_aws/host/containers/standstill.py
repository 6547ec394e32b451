"""A disk that stands still while it is copied: its file system is frozen meanwhile, if one is mounted."""

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator

from .processes import open_mounts_of

# linux/fs.h: _IOWR('X', 119, int) and _IOWR('X', 120, int).
FIFREEZE, FITHAW = 0xC0045877, 0xC0045878


class Standstill:
    """One disk. It goes on when the last of several copies has ended. Several threads may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._copies = 0
        self._frozen: contextlib.ExitStack | None = None

    @property
    def is_needed(self) -> bool:
        """Says whether a copy is under way."""
        return self._copies > 0

    @contextlib.contextmanager
    def during_copy(self, device: str) -> Iterator[None]:
        """Freezes the file system on a device, or joins the copies for which it stands still already."""
        with self._lock:
            self._frozen = self._frozen or _freeze_a_mount(os.stat(device).st_rdev)
            self._copies += 1
        try:
            yield
        finally:
            with self._lock:
                self._copies -= 1
                frozen = self._frozen
                if frozen and not self._copies:
                    self._frozen = None
                    frozen.close()


def thaw(device: str) -> None:
    """Thaws a file system that a killed server left frozen. SIGKILL does not end processes that wait for it."""
    for folder in open_mounts_of(os.stat(device).st_rdev):
        # Mostly EINVAL: it was not frozen.
        with contextlib.suppress(OSError):
            fcntl.ioctl(folder, FITHAW, 0)


def _freeze_a_mount(device_number: int) -> contextlib.ExitStack | None:
    """Returns what thaws the file system of a device. None: there is none that this program froze."""
    with contextlib.ExitStack() as opened:
        folders = opened.enter_context(contextlib.closing(open_mounts_of(device_number)))
        frozen = next((folder for folder in folders if _freeze(folder)), None)
        if frozen is None:
            return None
        opened.callback(fcntl.ioctl, frozen, FITHAW, 0)
        return opened.pop_all()


def _freeze(folder: int) -> bool:
    try:
        fcntl.ioctl(folder, FIFREEZE, 0)
    except OSError:  # it cannot be frozen, or another program froze it already
        return False
    return True
