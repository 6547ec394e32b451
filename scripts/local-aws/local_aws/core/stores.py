"""The stores of services: plain data, in a JSON file for each service, account and region.

A file is written before the call that changed the store is answered. So its cost does not depend on anything else that
the local AWS holds, and a SIGKILL loses none of it.
"""

import datetime
import json
from pathlib import Path
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BaseBackend

from .backends import BackendName, all_backends, backend_name
from .files import write_whole

# The attribute of a backend that holds its store. `POST /moto-api/reset` then empties the store too.
ATTRIBUTE = "local_aws"
# JSON has no times. An object with this one key is a time.
TIME = "$time"

_touched: dict[BackendName, BaseBackend] = {}


def store_of(backend: BaseBackend) -> dict[str, Any]:
    """Returns our own data on a backend of moto.

    It may hold dictionaries with text as keys, lists, text, numbers, booleans, None, and times with a zone.
    """
    _touched[backend_name(backend)] = backend
    return vars(backend).setdefault(ATTRIBUTE, {})


class Stores:
    """The files of all stores, in `folder`. One thread at a time may load or save."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[BackendName, bytes] = {}

    def load(self) -> None:
        """Fills the stores from their files. Raises ValueError when a file is no store."""
        for file in sorted(self._folder.glob("*/*.json")):
            account, _, region = file.stem.partition(".")
            name = (file.parent.name, account, region)
            content = file.read_bytes()
            # A kill may have come before moto's own part of the backend was saved. Then this makes a new one.
            backend = get_backend(name[0])[account][region]
            vars(backend)[ATTRIBUTE] = json.loads(content, object_hook=_read_time)
            self._written[name] = content

    def save(self, *, everything: bool = False) -> None:
        """Writes the stores that were used since the last save and differ from their files.

        With `everything`, it writes all, and removes the files of stores that are gone.
        Raises OSError, or TypeError for a store that holds more than plain data.
        """
        if everything:
            _touched.clear()
            _touched.update({backend_name(each): each for each in all_backends() if ATTRIBUTE in vars(each)})
            for name in [name for name in self._written if name not in _touched]:
                self._file(name).unlink(missing_ok=True)
                del self._written[name]
        while _touched:
            name, backend = next(iter(_touched.items()))
            self._write(name, vars(backend).get(ATTRIBUTE, {}))
            # Only now: a save that failed is tried again with the next call.
            _touched.pop(name, None)

    def _write(self, name: BackendName, store: dict[str, Any]) -> None:
        content = json.dumps(store, default=_write_time).encode()
        if content == self._written.get(name, b"{}"):
            return
        file = self._file(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)
        self._written[name] = content

    def _file(self, name: BackendName) -> Path:
        module, account, region = name
        return self._folder / module / f"{account}.{region}.json"


def is_plain(value: Any) -> bool:
    """Says whether a store may hold a value."""
    try:
        json.dumps(value, default=_write_time)
    except (TypeError, ValueError):
        return False
    return True


def _write_time(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return {TIME: value.isoformat()}
    raise TypeError(f"a store holds plain data and times with a zone, got {type(value).__name__}")


def _read_time(value: dict[str, Any]) -> Any:
    return datetime.datetime.fromisoformat(value[TIME]) if value.keys() == {TIME} else value
