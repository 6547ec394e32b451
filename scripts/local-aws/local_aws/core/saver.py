"""Saves the state of moto in the background, a moment after it changed.

A call waits while the state is copied in memory, and not while the copy is written. What must be on the disk before it
counts, such as a machine, waits with `wait_until_saved`.
"""

import sys
import threading
import time
import traceback
from typing import Protocol

from .background import Ending

# While one change follows another, saving takes this share of the time, unless something waits for the disk.
SHARE = 0.1
# A save that takes long pauses for a smaller share: what changes in a pause is lost in a crash.
LEAST_PAUSE_SEC, MOST_PAUSE_SEC = 0.2, 1.0
RETRY_SEC = 1


class Picture(Protocol):
    """The state, as the saver needs it."""

    def take(self) -> bytes:
        """Returns the state as it is now. Nothing may change meanwhile."""

    def write(self, picture: bytes) -> None:
        """Writes a picture to the disk. Raises OSError."""


class Saver:
    """Writes the state to the disk while nothing else changes it. Several threads may call it."""

    def __init__(self, picture: Picture, changing: threading.Lock) -> None:
        self._picture = picture
        self._changing = changing
        self._turn = threading.Lock()
        self._news = threading.Condition()
        self._changes = self._on_disk = 0
        self._waiting = 0
        self._next = 0.0
        self._ended = False
        # Why the last save failed. None: it did not.
        self.problem: str | None = None

    def start(self) -> None:
        """Saves from now on."""
        threading.Thread(target=self._run, name="saver", daemon=True).start()

    def changed(self) -> None:
        """Notes that the state changed."""
        with self._news:
            self._changes += 1
            self._news.notify_all()

    @property
    def is_saved(self) -> bool:
        """Says whether everything that is there now is on the disk."""
        return self._on_disk == self._changes

    def wait_until_saved(self) -> None:
        """Returns when everything that is there now is on the disk. Raises Ending when this server ends before that."""
        with self._news:
            wanted = self._changes
            self._waiting += 1
            self._news.notify_all()
            self._news.wait_for(lambda: self._on_disk >= wanted or self._ended)
            self._waiting -= 1
            if self._on_disk < wanted:
                raise Ending

    def save(self) -> None:
        """Saves now. Raises what writing raises."""
        with self._turn:
            started = time.monotonic()
            try:
                with self._changing:
                    number, picture = self._changes, self._picture.take()
                self._picture.write(picture)
            except Exception as error:
                self.problem = f"{type(error).__name__}: {error}"
                self._next = time.monotonic() + RETRY_SEC
                raise
            self.problem = None
            took = time.monotonic() - started
            self._next = time.monotonic() + min(max(LEAST_PAUSE_SEC, took / SHARE), MOST_PAUSE_SEC)
        with self._news:
            self._on_disk = max(self._on_disk, number)
            self._news.notify_all()

    def end(self) -> None:
        """Stops saving, and wakes whoever waits."""
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _run(self) -> None:
        while self._wait_for_work():
            try:
                self.save()
            except OSError as error:
                print(f"cannot save the state: {error}", file=sys.stderr, flush=True)
            except Exception:
                traceback.print_exc()

    def _wait_for_work(self) -> bool:
        """Returns when it is time to save. False: this server ends."""
        with self._news:
            while not self._ended:
                pause = self._next - time.monotonic()
                hurry = self._waiting > 0 and self.problem is None
                if self._changes == self._on_disk:
                    self._news.wait()
                elif pause > 0 and not hurry:
                    self._news.wait(pause)
                else:
                    return True
        return False
