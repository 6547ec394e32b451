"""Programs that run beside the local AWS. They end with it, however it ends. Linux only."""

import contextlib
import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

# A program that has not ended by itself after this time is killed.
END_LIMIT_SEC = 5.0
_children: list["Child"] = []


class Child:
    """A program that was started. It runs in `folder`, and what it prints replaces the file `output`."""

    def __init__(self, argv: Sequence[str], folder: Path, output: Path) -> None:
        self._argv, self._folder, self._output = argv, folder, output
        self._begun = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._problem: OSError | None = None

    def start(self) -> "Child":
        """Starts it. Raises OSError."""
        # The kernel ends the program with the thread that started it, so that thread lasts as long as the program.
        threading.Thread(target=self._hold, name=self._argv[0], daemon=True).start()
        self._begun.wait()
        if self._problem:
            raise self._problem
        _children.append(self)
        return self

    @property
    def runs(self) -> bool:
        """Says whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """Ends it, and returns when it has ended."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(END_LIMIT_SEC)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(ValueError):
            _children.remove(self)

    def _hold(self) -> None:
        try:
            with open(os.open(self._output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)) as output:
                self._process = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", "--", *self._argv],
                    cwd=self._folder,
                    # Some programs take settings from their environment.
                    env={"PATH": os.environ.get("PATH", os.defpath)},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    umask=0o077,
                )
        except OSError as error:
            self._problem = error
            return
        finally:
            self._begun.set()
        self._process.wait()


def end_all() -> None:
    """Ends every program that runs."""
    for child in list(_children):
        child.end()
