"""The picture of moto's objects at one moment, in a file that is replaced as a whole."""

import io
import json
import platform
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import moto
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend

from .backends import all_backends, backend_by_name, backend_name
from .blobs import Blobs
from .errors import LocalAwsError
from .files import write_whole
from .pickling import Reader, Writer
from .stores import ATTRIBUTE, is_plain, store_of

# Raise it when an older program cannot read what is written, and name here what this one reads.
# Format 2 has the stores of services in the picture.
FORMAT, READABLE = 3, (2, 3)
ATTEMPTS = 50
# moto's own attributes of a dictionary of backends. What services add (the owners of bucket names) is state.
PLAIN_ATTRIBUTES = frozenset(vars(BackendDict(BaseBackend, "ec2")))


class Picture:
    """The file `state` in a folder, and what it refers to. A write is atomic, and reaches the disk.

    One thread at a time may load, take or write a picture.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.blobs = Blobs(folder / "bodies")
        self._catalogues: dict[str, list[Any]] = {}
        self._catalogued: dict[int, tuple[str, int]] = {}
        self._fresh: list[Any] = []
        self._fresh_name = ""
        self._saved = b""
        self._backends = 0

    @property
    def _state_file(self) -> Path:
        return self._folder / "state"

    def load(self) -> None:
        """Fills moto's backends with the saved state, if there is one.

        Raises LocalAwsError when another version wrote it, or when it cannot be read.
        """
        if not self._state_file.exists():
            return
        header, _, picture = self._state_file.read_bytes().partition(b"\n")
        self._check_version(header)
        try:
            state = Reader(io.BytesIO(picture), self).load()
            for name, values in state["backends"].items():
                backend = backend_by_name(*name)
                vars(backend).clear()
                vars(backend).update(values)
                if ATTRIBUTE in values:
                    _keep_plain_data(store_of(backend))
            for module, values in state["dictionaries"].items():
                vars(get_backend(module)).update(values)
        except Exception as error:
            raise LocalAwsError(
                f"the saved state in {self._folder} cannot be read ({type(error).__name__}: {error}): forget it with "
                f"`python -m local_aws clean --home {self._folder.parent}`"
            ) from error
        self.blobs.forget_unused()
        self._saved, self._backends = picture, len(list(all_backends()))

    @property
    def is_stale(self) -> bool:
        """Says whether there is a new backend since the last picture.

        The first call in a region makes one, also a call that only reads. It returns ids of the region's new network.
        """
        return len(list(all_backends())) != self._backends

    def take(self) -> bytes:
        """Returns the state as it is now. Nothing may change meanwhile, so nothing is written to the disk."""
        backends = list(all_backends())
        self.blobs.used = set()
        picture = self._write_graph(backends)
        self._backends = len(backends)
        return picture

    def write(self, picture: bytes) -> None:
        """Writes the picture that was taken last, when it differs from the one on the disk. Raises OSError."""
        if picture == self._saved:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self.blobs.write()
        if self._fresh:
            self._write_catalogue()
        write_whole(self._state_file, _header() + b"\n" + picture)
        self._saved = picture
        self.blobs.forget_unused()

    def put_in_catalogue(self, item: Any) -> tuple[str, int]:
        """Returns where an item is, or will be, in a catalogue."""
        if id(item) not in self._catalogued:
            if not self._fresh:
                self._fresh_name = f"catalogue-{uuid.uuid4().hex[:8]}"
            self._catalogued[id(item)] = self._fresh_name, len(self._fresh)
            self._fresh.append(item)
        return self._catalogued[id(item)]

    def from_catalogue(self, name: str, position: int) -> Any:
        """Returns an item of a catalogue on disk."""
        if name not in self._catalogues:
            self._remember(name, Reader(io.BytesIO((self._folder / name).read_bytes()), self).load())
        return self._catalogues[name][position]

    def _write_graph(self, backends: list[BaseBackend]) -> bytes:
        for attempt in range(ATTEMPTS):
            stream = io.BytesIO()
            try:
                Writer(stream, self).dump(
                    {
                        "backends": {backend_name(backend): _without_store(backend) for backend in backends},
                        "dictionaries": dict(_dictionaries()),
                    }
                )
                return stream.getvalue()
            except RuntimeError as error:
                # A call that only reads may run at the same time, and make a dictionary grow by moto's default values.
                if "changed size during iteration" not in str(error):
                    raise
                time.sleep(0.002 * attempt)
        raise RuntimeError(f"the state kept changing while it was written, {ATTEMPTS} times over")

    def _write_catalogue(self) -> None:
        stream = io.BytesIO()
        Writer(stream, self, catalogue=False).dump(self._fresh)
        write_whole(self._folder / self._fresh_name, stream.getvalue())
        self._catalogues[self._fresh_name], self._fresh = self._fresh, []

    def _remember(self, name: str, items: list[Any]) -> None:
        self._catalogues[name] = items
        self._catalogued.update({id(item): (name, position) for position, item in enumerate(items)})

    def _check_version(self, header: bytes) -> None:
        written, current = header.decode("utf-8", "replace"), _header().decode()
        if header not in map(_header, READABLE):
            raise LocalAwsError(
                f"the saved state in {self._folder} was written by {written[:120]}, and this is {current}: "
                f"forget it with `python -m local_aws clean --home {self._folder.parent}`, or go back to that version"
            )


def _header(number: int = FORMAT) -> bytes:
    python = ".".join(platform.python_version_tuple()[:2])
    return json.dumps({"format": number, "moto": moto.__version__, "python": python}).encode()


def _without_store(backend: BaseBackend) -> dict[str, Any]:
    return {name: value for name, value in vars(backend).items() if name != ATTRIBUTE}


def _keep_plain_data(store: dict[str, Any]) -> None:
    # A state of format 2 may hold objects: sessions, which end within hours.
    for key in [key for key, value in store.items() if not is_plain(value)]:
        del store[key]


def _dictionaries() -> Iterator[tuple[str, dict[str, Any]]]:
    for backends in list(BackendDict._instances):
        added = {name: value for name, value in vars(backends).items() if name not in PLAIN_ATTRIBUTES}
        if added:
            yield backends.backend.__module__.split(".")[1], added
