"""The folder of one local AWS: who runs on it, and where to reach it."""

import contextlib
import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any

from .errors import LocalAwsError
from .files import hand_over, write_whole

# All that a local AWS keeps: the server's own, the machines', and what set-up and Terraform keep beside them.
_OWN = {"api", "bases", "disks", "images", "instances", "network", "snapshots"}
_OWN |= {"server.json", "server.lock", "server.json.tmp", "cdktf.out", "packer", "ssh", "state"}
_OWN |= {"credentials", "credentials.tmp"}


class Home:
    """A folder that one server at a time owns.

    Owning is a file lock, which the kernel takes back when the process ends however it ends.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock: int | None = None

    @property
    def state_folder(self) -> Path:
        """Where the state of the API is saved."""
        return self.folder / "api"

    @property
    def server_file(self) -> Path:
        """Written while a server runs: JSON with `pid`, `port` and `network`."""
        return self.folder / "server.json"

    @property
    def key_file(self) -> Path:
        """Its access key, for its user alone."""
        return self.folder / "credentials"

    @property
    def _lock_file(self) -> Path:
        return self.folder / "server.lock"

    def exists(self) -> bool:
        """Whether there is a local AWS in the folder. Raises LocalAwsError when there is something else in it."""
        if self._lock_file.exists():
            return True
        if self.folder.exists() and any(self.folder.iterdir()):
            raise LocalAwsError(f"{self.folder} is not the folder of a local AWS: it has no {self._lock_file.name}")
        return False

    def take(self) -> None:
        """Makes the folder when it is missing and owns it until the process ends.

        Fails when another server does, or when there is anything else in it: what is here may be unmounted and removed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        foreign = sorted(entry.name for entry in self.folder.iterdir() if entry.name not in _OWN)
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
        """Removes what a local AWS keeps, by name, and the folder when that leaves it empty."""
        for name in _OWN:
            entry = self.folder / name
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def check_free(self) -> None:
        """Fails when another server owns the folder; makes nothing."""
        if self._lock_file.exists():
            self.take()
            self.release()

    def release(self) -> None:
        """Gives the folder up."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def announce(self, **server: Any) -> None:
        """Writes `server.json`."""
        write_whole(self.server_file, json.dumps(server).encode() + b"\n")
        hand_over(self.server_file)

    def withdraw(self) -> None:
        """Takes `server.json` away."""
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
