"""One command on a machine: what to run, and what came of it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

# As an association or a command of Systems Manager, where nobody says otherwise.
TIMEOUT_SEC = 3600.0
KEPT_BYTES = 1024**2


@dataclass(frozen=True)
class Command:
    """A command, with what it reads on its standard input.

    - After `timeout_sec` the machine ends the command and everything that it started. The wait for a machine that
      still boots does not count.
    - `keeps_children`: what the command leaves running goes on after its end. Otherwise it ends with the command.
    - `output`: a folder of this computer. Its files `stdout` and `stderr` grow while the command runs.
    """

    argv: Sequence[str]
    input: bytes = b""
    timeout_sec: float = TIMEOUT_SEC
    user: str = "root"
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/"
    keeps_children: bool = False
    output: Path | None = None


class Output:
    """What a command has written so far: the first bytes, and how many more there were. Several threads may use it."""

    def __init__(self, file: Path | None = None, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept = bytearray()
        self._kept_bytes = kept_bytes
        self._dropped_bytes = 0
        self._lock = threading.Lock()
        # Unbuffered: a reader of the file sees what was written so far.
        self._file = file.open("wb", buffering=0) if file else None

    @property
    def data(self) -> bytes:
        """The first bytes, up to the limit."""
        with self._lock:
            return bytes(self._kept)

    @property
    def text(self) -> str:
        """The same as text. Bytes that are no UTF-8 are replaced."""
        return self.data.decode(errors="replace")

    @property
    def dropped_bytes(self) -> int:
        """The number of bytes after those that were kept."""
        return self._dropped_bytes

    def add(self, data: bytes) -> None:
        """Adds what the command has written."""
        with self._lock:
            kept = data[: self._kept_bytes - len(self._kept)]
            self._kept += kept
            self._dropped_bytes += len(data) - len(kept)
            if self._file and kept:
                self._file.write(kept)

    def close(self) -> None:
        """Closes the file, if there is one."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None


class Ending(Enum):
    """How a command ended."""

    EXITED = "exited"
    KILLED = "killed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Finished:
    """The result of a command. `exit_code` is its own, or as a shell says it: 128 and the number of its signal."""

    ending: Ending
    exit_code: int
    stdout: Output
    stderr: Output


class Execution(Protocol):
    """A command that was begun."""

    stdout: Output
    stderr: Output

    def wait(self) -> Finished:
        """Returns its result when it has ended. Raises MachineError when the machine could not run it to its end."""

    def cancel(self) -> None:
        """Ends it and everything that it started. Returns when it has ended. Another thread may wait for it."""
