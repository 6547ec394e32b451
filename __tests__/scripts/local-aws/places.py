"""Claims places for local AWSs with machines, from the same list and in the same way as scripts/testing/place.ts.

A killed test leaves a record that names its folder. The next test run sweeps the folder.
"""

import contextlib
import json
import math
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

_PLACES = json.loads((Path(__file__).parents[3] / "scripts" / "testing" / "places.json").read_text())


@dataclass(frozen=True)
class Place:
    """The port, network and folder of one running test. Nothing else on this computer uses them."""

    port: int
    network: str
    folder: Path

    def subnets(self) -> list[IPv4Network]:
        """Returns the four /24 networks of the place."""
        return list(IPv4Network(self.network).subnets(new_prefix=24))


@contextlib.contextmanager
def claim_place() -> Iterator[Place]:
    """Claims a place that no process holds and where no test left anything. A kill leaves a record of it."""
    for number in range(_PLACES["count"]):
        record = record_file(number)
        # A place with a record has to be swept. A sweep skips a place that somebody holds, even for a moment.
        if record.exists():
            continue
        with socket.socket() as claim:
            try:
                claim.bind(("127.0.0.1", _PLACES["firstClaimPort"] + number))
                claim.listen()
            except OSError:
                continue
            port = _PLACES["firstAwsPort"] + number
            network = network_of(number)
            if record.exists() or is_taken(port) or is_routed(network):
                continue
            folder = Path(tempfile.gettempdir(), f"workbench-test-{number}-{os.getpid()}")
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(str(folder))
            folder.mkdir(0o700)
            yield Place(port, network, folder)
            shutil.rmtree(folder)
            record.unlink()
            return
    raise AssertionError(
        f"expected a free place among {_PLACES['count']}, got none: end the test runs that hold them;"
        f" npm test sweeps those in {record_file(0).parent} that no process holds"
    )


def network_of(number: int) -> str:
    """Returns the addresses of a place, as a CIDR block."""
    size = _PLACES["networkSize"]
    return f"{IPv4Address(_PLACES['firstNetwork']) + number * size}/{32 - int(math.log2(size))}"


def record_file(number: int) -> Path:
    """Returns the record of a place. It names the folder of its holder, for a sweep after a kill."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "workbench" / "test-places" / socket.gethostname() / str(number)


def is_routed(network: str) -> bool:
    """Says whether this computer has a route for anything in a network."""
    routes = ["ip", "-4", "route", "show", "table", "all", "root", network]
    return subprocess.run(routes, capture_output=True, text=True, check=False).stdout.strip() != ""


def is_taken(port: int) -> bool:
    """Says whether anybody listens on a port of this computer."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
