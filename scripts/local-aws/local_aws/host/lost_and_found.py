"""Keeps what holds data and what AWS's side does not know: after a crash, its state may be older than the files."""

import sys
from pathlib import Path

from .commands import run
from .names import Folders

MOVE_TIMEOUT_SEC = 3600


class LostAndFound:
    """The folder `lost-and-found` of a home. It has a folder for each kind of thing, and names things by their ids."""

    def __init__(self, folders: Folders) -> None:
        self._folder = folders.lost_and_found

    def take(self, kind: str, thing: Path) -> str:
        """Moves a file or folder there. Returns its path from the folder. An older thing of that name stays."""
        target = self._folder / kind / thing.name
        target.parent.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        number = 1
        while target.exists():
            number += 1
            target = target.with_name(f"{thing.name}.{number}")
        # The folder of the disks may be in another file system.
        run("mv", "--no-target-directory", thing, target, timeout_sec=MOVE_TIMEOUT_SEC)
        return str(target.relative_to(self._folder))

    def things(self) -> list[str]:
        """Returns what is there, by path from the folder."""
        return sorted(str(thing.relative_to(self._folder)) for thing in self._folder.glob("*/*"))

    def report(self, taken: list[str]) -> None:
        """Says on stderr what was taken, if anything was."""
        if taken:
            print(
                f"local-aws: the saved state does not know {', '.join(taken)}, which hold data: they are kept in"
                f" {self._folder}; remove them there when you do not need them",
                file=sys.stderr,
                flush=True,
            )


def holds_data(thing: Path) -> bool:
    """Says whether anything was ever written to a disk's file, or into the own layer of a machine or an image."""
    if thing.is_dir():
        return any(any(layer.iterdir()) for layer in (thing / "upper", thing / "files") if layer.is_dir())
    return thing.stat().st_blocks > 0
