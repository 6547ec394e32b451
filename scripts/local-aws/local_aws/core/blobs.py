"""Large contents of the saved state: one file each, named by its hash, so that a save does not write them again."""

import hashlib
from pathlib import Path

from .files import write_whole


class Blobs:
    """A folder of contents. `used` collects the names that were asked for since it was last cleared.

    One thread at a time may call it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unwritten: dict[str, bytes] = {}
        self.used: set[str] = set()

    def put(self, content: bytes) -> str:
        """Takes a content and returns its name. `write` brings it to the disk, when nothing waits for it."""
        name = hashlib.sha256(content).hexdigest()
        if not (self._folder / name).exists():
            self._unwritten[name] = content
        self.use(name)
        return name

    def write(self) -> None:
        """Writes the contents that are used and not on the disk yet. Raises OSError. Another call then tries again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, content in list(self._unwritten.items()):
            if name in self.used:
                write_whole(self._folder / name, content)
            del self._unwritten[name]

    def use(self, name: str) -> None:
        """Notes that a content is still needed."""
        self.used.add(name)

    def get(self, name: str) -> bytes:
        """Returns the content of a name."""
        self.use(name)
        return (self._folder / name).read_bytes()

    def forget_unused(self) -> None:
        """Removes the contents that were not used. Call it when the state that no longer names them is on disk."""
        if self._folder.exists():
            for file in self._folder.iterdir():
                if file.name not in self.used:
                    file.unlink()
