"""A machine's own record, in its folder: its layers, and an address that AWS does not give it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local_aws.core.files import write_whole


@dataclass
class Record:
    """`layers` are the file systems below the machine's own, top first, as paths from the home folder.

    `link_address` is its address in the local AWS's network. It is empty when AWS gives it an address there.
    """

    layers: list[str]
    link_address: str = ""


def load_record(folder: Path) -> Record | None:
    """Returns the record in a machine's folder. None: there is none yet."""
    try:
        return Record(**json.loads((folder / "machine.json").read_text()))
    except FileNotFoundError:
        return None


def save_record(folder: Path, record: Record) -> None:
    """Writes the record. A crash leaves the old one or the new one."""
    write_json(folder / "machine.json", asdict(record))


def write_json(file: Path, value: Any) -> None:
    """Replaces a whole JSON file."""
    write_whole(file, json.dumps(value).encode() + b"\n")
