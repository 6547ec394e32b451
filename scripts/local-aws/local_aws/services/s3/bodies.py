"""The bodies of S3 objects, one file each, named by content: written once, not with every change of the state."""

import hashlib
from pathlib import Path

from moto.s3.models import FakeKey

from local_aws.core.files import write_whole

# The attribute of moto's object that remembers under which name its body is kept.
NAME = "local_aws_body"


class Bodies:
    """A folder of bodies. `used` collects the names asked for since it was last cleared."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.used: set[str] = set()

    def put(self, key: FakeKey) -> str:
        """Keeps the body of an object and gives its name."""
        name = vars(key).get(NAME)
        if name is None:
            body = b"" if key.disposed else key.value
            name = hashlib.sha256(body).hexdigest()
            self._folder.mkdir(parents=True, exist_ok=True)
            if not (self._folder / name).exists():
                write_whole(self._folder / name, body)
            setattr(key, NAME, name)
        self.used.add(name)
        return name

    def get(self, name: str) -> bytes:
        """The body of that name."""
        self.used.add(name)
        return (self._folder / name).read_bytes()

    def forget_unused(self) -> None:
        """Removes the bodies that were not asked for. Call it after the state that no longer names them is on disk."""
        if self._folder.exists():
            for file in self._folder.iterdir():
                if file.name not in self.used:
                    file.unlink()


def _forget_name_when_value_changes() -> None:
    written = FakeKey.value

    def set_value(key: FakeKey, value: bytes) -> None:
        vars(key).pop(NAME, None)
        written.fset(key, value)

    FakeKey.value = property(written.fget, set_value)


_forget_name_when_value_changes()
