"""The folder of one local AWS: which server uses it, and where that server listens."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .errors import LocalAwsError
from .files import hand_over, write_whole

_FOLDERS = {
    *("api", "authority", "bases", "disks", "images", "instances", "lost-and-found", "mail", "network", "registry"),
    "snapshots",
}
_FILES = {"server.json", "server.lock", "server.json.tmp", "credentials", "credentials.tmp"}


class Home:
    """A folder that one server at a time owns.

    The owner holds a file lock. The kernel releases it when the process ends, however it ends. `beside` names what
    callers keep in the folder too, such as their SSH keys.
    """

    def __init__(self, folder: Path, beside: Iterable[str] = ()) -> None:
        self.folder = folder.absolute()
        self._known = _FOLDERS | _FILES | set(beside)
        self._lock: int | None = None

    @property
    def state_folder(self) -> Path:
        """The folder of the saved state of the API."""
        return self.folder / "api"

    @property
    def server_file(self) -> Path:
        """The file that is there while a server runs: JSON with `pid`, `port` and `network`."""
        return self.folder / "server.json"

    @property
    def key_file(self) -> Path:
        """The file with the access key, which the user alone can read."""
        return self.folder / "credentials"

    @property
    def _lock_file(self) -> Path:
        return self.folder / "server.lock"

    def exists(self) -> bool:
        """Says whether a local AWS is in the folder. Raises LocalAwsError when something else is."""
        if self._lock_file.exists():
            return True
        if self.folder.exists() and any(self.folder.iterdir()):
            raise LocalAwsError(f"{self.folder} is not the folder of a local AWS: it has no {self._lock_file.name}")
        return False

    def take(self) -> None:
        """Makes the folder when it is missing, and owns it until the process ends.

        Raises LocalAwsError when another server owns it. Raises it also when anything else is in the folder, since
        `remove` and a cleaning of mounts would act on it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        foreign = sorted(entry.name for entry in self.folder.iterdir() if entry.name not in self._known)
        if foreign:
            raise LocalAwsError(
                f"{self.folder} holds {', '.join(foreign[:3])}: expected nothing, or a local AWS; give another"
            )
        self.folder.chmod(0o700)
        hand_over(self.folder)
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise self._taken() from None
        self._lock = descriptor

    def remove(self) -> None:
        """Removes the files of a local AWS and of its callers, by name, and then the folder when it is empty."""
        for name in self._known:
            entry = self.folder / name
            # What a link leads to may be out of reach.
            if not entry.is_symlink() and entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def check_free(self) -> None:
        """Raises LocalAwsError when another server owns the folder. Makes nothing."""
        if self._lock_file.exists():
            self.take()
            self.release()

    def release(self) -> None:
        """Stops owning the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def announce(self, **server: Any) -> None:
        """Writes `server.json`."""
        write_whole(self.server_file, json.dumps(server).encode() + b"\n")
        hand_over(self.server_file)

    def withdraw(self) -> None:
        """Removes `server.json`."""
        self.server_file.unlink(missing_ok=True)

    def _taken(self) -> LocalAwsError:
        try:
            server = json.loads(self.server_file.read_text())
            who = f"process {server['pid']} on port {server['port']}"
        except (OSError, ValueError, KeyError):
            who = "another process"
        return LocalAwsError(
            f"a local AWS already runs in {self.folder} ({who}): stop it first, or give another --home"
        )
