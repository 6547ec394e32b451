"""What has to be known about a machine beside moto's state, in a file in the machine's folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local_aws.core.files import write_whole


@dataclass
class Record:
    """`layers` are the file systems below the machine's own, top first, as paths from the home folder.

    `link_address` is what it keeps in the local AWS's network where AWS itself gives it no address there, else empty.
    """

    layers: list[str]
    link_address: str = ""


def load_record(folder: Path) -> Record | None:
    """The record of the machine whose folder this is, or None when it was never made."""
    try:
        return Record(**json.loads((folder / "machine.json").read_text()))
    except FileNotFoundError:
        return None


def save_record(folder: Path, record: Record) -> None:
    """Writes the record so that a crash leaves the old one or the new one."""
    write_json(folder / "machine.json", asdict(record))


def write_json(file: Path, value: Any) -> None:
    """Replaces a JSON file as a whole."""
    write_whole(file, json.dumps(value).encode() + b"\n")
