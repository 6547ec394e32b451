"""Disks that forget what was not flushed, when their power is cut: for tests of machines."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("forgetful_folder.py")
END_LIMIT_SEC = 600


def why_no_forgetful_disks() -> str | None:
    """Says what this computer lacks for them. None: nothing."""
    if not shutil.which("fusermount3"):
        return "fuse3 is not installed"
    return None if Path("/dev/fuse").exists() else "this computer has no /dev/fuse"


class ForgetfulDisks:
    """Such a folder, from a test's side. The program that has it mounted is a process of its own."""

    def __init__(self, kept: Path, mount_point: Path) -> None:
        self.mount_point = mount_point
        self._socket = kept.with_name(f"{kept.name}.socket")
        kept.mkdir()
        mount_point.mkdir(parents=True)
        command = [sys.executable, PROGRAM, str(kept), str(mount_point), str(self._socket)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None and self._process.stdout.readline(), "the disks did not appear"

    def cut(self, group: Path, *names: str) -> None:
        """Cuts the power of disks, and of the machine whose processes are in a control group."""
        self._ask({"cut": names, "kill": str(group)})

    def flushes(self, name: str) -> int:
        """Returns how often a disk was flushed."""
        return self._ask({"flushes": name})

    def writers(self, name: str) -> int:
        """Returns how many have a disk open to write to it. The kernel tells of an end a moment after it."""
        return self._ask({"writers": name})

    def end(self) -> None:
        """Unmounts the folder. Nothing may use its disks any more."""
        subprocess.run(["umount", self.mount_point], check=True)
        # It ends by itself, unless a copy of the mount is in a mount namespace that somebody made meanwhile.
        self._process.terminate()
        self._process.communicate(timeout=END_LIMIT_SEC)
        self.mount_point.rmdir()
        self._socket.unlink()

    def _ask(self, request: dict[str, Any]) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._socket))
            with connection.makefile("rw") as stream:
                stream.write(json.dumps(request) + "\n")
                stream.flush()
                answer = json.loads(stream.readline())
        assert "is" in answer, answer["error"]
        return answer["is"]
