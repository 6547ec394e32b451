"""Places for local AWSs with machines, claimed as scripts/testing/place.ts claims them, with the same numbers."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

PLACES = 60
FIRST_CLAIM_PORT = 4900
FIRST_PORT = 4800


@dataclass(frozen=True)
class Place:
    """What one test at work may use, and nobody else on this computer."""

    port: int
    network: str
    folder: Path

    def subnets(self) -> list[IPv4Network]:
        """The four /24 networks of the place."""
        return list(IPv4Network(self.network).subnets(new_prefix=24))


@contextlib.contextmanager
def claim_place() -> Iterator[Place]:
    """Claims a place that nobody holds and where nobody left anything; what a kill leaves there is in its record."""
    for number in range(PLACES):
        record = record_file(number)
        with socket.socket() as claim:
            try:
                claim.bind(("127.0.0.1", FIRST_CLAIM_PORT + number))
                claim.listen()
            except OSError:
                continue
            network = f"198.18.{16 + 4 * number}.0/22"
            if record.exists() or is_taken(FIRST_PORT + number) or is_routed(network):
                continue
            folder = Path(tempfile.gettempdir(), f"workbench-test-{number}-{os.getpid()}")
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(str(folder))
            folder.mkdir(0o700)
            yield Place(FIRST_PORT + number, network, folder)
            shutil.rmtree(folder)
            record.unlink()
            return
    raise AssertionError(f"expected a free place among {PLACES}, got none: end the test runs that hold them")


def record_file(number: int) -> Path:
    """Names the folder of the holder, so that it can be swept when the holder is killed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "workbench" / "test-places" / str(number)


def is_routed(network: str) -> bool:
    """Whether this computer sends anything of a network somewhere already."""
    routes = ["ip", "-4", "route", "show", "table", "all", "root", network]
    return subprocess.run(routes, capture_output=True, text=True, check=False).stdout.strip() != ""


def is_taken(port: int) -> bool:
    """Whether anybody listens on a port of this computer."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
